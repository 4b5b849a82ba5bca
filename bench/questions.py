"""What the people of the bench ask: variants of the bank's own questions that are no alarm."""

from __future__ import annotations

import random

from linea import bank, triage
from linea.settings import Settings

SEED = 20


def load(settings: Settings) -> list[str]:
    """Every variant the assistant answers itself, in an order that is always the same."""
    found = bank.load(settings.bank_dir, settings.content_dir)
    signals = triage.load(settings.content_dir / "triage")
    texts = [
        text
        for _, entry in sorted(found.entries.items())
        if entry.handover != "always"
        for text in (variant.text for variant in entry.variants)
        if signals.classify(text).colour in ("none", "green")
    ]
    random.Random(SEED).shuffle(texts)
    return texts


def phones(first: int, count: int) -> list[str]:
    """Numbers of people; `first` keeps those of one phase apart from those of another."""
    return [f"+519{number:08d}" for number in range(first, first + count)]
