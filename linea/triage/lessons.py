"""What the classifier learns from: the messages, the rules' own examples, and what people ask every day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from linea.triage.classifier import Label
from linea.triage.messages import Said
from linea.triage.signals import Signals

_RULES = "rules"  # the voice of the examples that stand beside the rules
_ABOUT_FEELINGS = ("animo",)  # topics of the bank


@dataclass(frozen=True)
class Example:
    """A message as the words and pauses that are left to the classifier, what it is, and whose file it is in.

    Without a voice: an everyday question to the line.
    """

    tokens: tuple[str, ...]
    label: Label
    voice: str | None


def gather(signals: Signals, said: Iterable[Said], bank_dir: Path, nlu_dir: Path) -> list[Example]:
    """These messages with their labels and, as harmless, what is asked every day and is no sign of danger.

    The examples of the rules are a voice of their own.
    """
    learnt: list[tuple[str, Label, str | None]] = [(one.text, one.label, one.voice) for one in said]
    harmless: list[tuple[str, Label, str | None]] = [(*asked, None) for asked in _everyday(bank_dir, nlu_dir)]
    for signal in signals.signals:
        label = Label(signal.colour, signal.kind if signal.colour == "red" else "distress", signal.urgency)
        learnt += [(example.value, label, _RULES) for example in signal.fires_on]
        harmless += [(example.value, Label("none"), _RULES) for example in signal.silent_on]
    learnt += [each for each in harmless if signals.classify(each[0]).colour in ("none", each[1].colour)]
    return [
        Example(tuple(signals.judge_and_rest(signals.tokens(text))[1]), label, voice)
        for text, label, voice in learnt
    ]


def _everyday(bank_dir: Path, nlu_dir: Path) -> Iterator[tuple[str, Label]]:
    """Variants of the bank's questions and small talk, but for what the bank calls a matter of safety.

    What is asked of feelings is green: the bank answers it.
    """
    for file in [*sorted(bank_dir.rglob("*.yml")), *sorted(nlu_dir.glob("*.yml"))]:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        entry = content.get("entry", {})
        if entry.get("safety"):
            continue
        label = Label("green", "distress") if entry.get("topic") in _ABOUT_FEELINGS else Label("none")
        for intent in content.get("nlu", ()):
            for row in intent["examples"].splitlines():
                if row.startswith("- "):
                    yield row[2:], label
