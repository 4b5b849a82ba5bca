"""Part `triage`: recall and false alarms by kind, disguised too, time a message, and the learning curve."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from bench import machine
from bench.intervals import wilson
from bench.processes import Failed
from bench.triage.disguises import DISGUISES
from linea import settings, training, triage
from linea.settings import ROOT, Settings
from linea.triage import fitting, lessons, messages
from linea.triage.messages import Said
from linea.triage.reading import COLOURS, Finding

UNSEEN = ROOT / "tests" / "triage" / "unseen.yml"
SHARES = (0.25, 0.5, 0.75, 1.0)  # of the messages: the learning curve
SEED = 20260101
Classify = Callable[[str], triage.Triage]


def measure(files: Sequence[Path]) -> dict[str, Any]:
    """Everything about these files, or about `UNSEEN`; their texts are neither kept nor printed."""
    unseen = _read(files or [UNSEEN])
    here = settings.load()
    folder = here.content_dir / "triage"
    signals = triage.load(folder)
    learnt, findings = messages.read_folder(folder / messages.FOLDER)
    if findings:
        raise Failed("\n".join(map(str, findings)))
    with tempfile.TemporaryDirectory() as scratch:
        described = machine.describe(Path(scratch))
    load_before = round(os.getloadavg()[0], 2)
    data = training.ensure_classifier(here)
    if data is None:
        raise Failed("no messages to learn from")
    light = triage.TrafficLight(signals, triage.Classifier.from_bytes(data.read_bytes()))
    found = {
        **described,
        "load_before": load_before,
        "messages": len(unseen),
        "rules": by_kind(signals.classify, unseen),
        "together": by_kind(light.classify, unseen),
        "disguised": {name: _disguised(light.classify, unseen, typed) for name, typed in DISGUISES.items()},
        "ms": _milliseconds(light.classify, [said.text for said in unseen]),
        "curve": [_learnt_from(share, here, signals, learnt, unseen) for share in SHARES],
    }
    for name, row in found["together"].items():
        print(f"  {name}: {row}", flush=True)
    return found


def by_kind(classify: Classify, unseen: Iterable[Said]) -> dict[str, dict[str, Any]]:
    """How every kind of message, all red ones and all harmless ones were taken."""
    groups: dict[str, list[str]] = {}
    for said in unseen:
        colour = classify(said.text).colour
        for name in _groups(said):
            groups.setdefault(name, []).append(colour)
    return {name: _figures(colours) for name, colours in sorted(groups.items())}


def _groups(said: Said) -> Iterable[str]:
    label = said.label
    if label.colour == "none":
        yield "none, look-alike" if said.look_alike else "none, ordinary"
        yield "none"
        return
    yield f"{label.colour} {label.kind} {label.urgency}"
    yield f"all {label.colour}"


def _figures(colours: Sequence[str]) -> dict[str, Any]:
    """Shares that reached at least each colour, with their intervals."""
    total = len(colours)
    found: dict[str, Any] = {"messages": total}
    for colour in ("red", "yellow", "green"):
        count = sum(COLOURS.index(each) >= COLOURS.index(colour) for each in colours)
        found[colour] = round(count / total, 3)
        found[f"{colour}_interval"] = [round(end, 3) for end in wilson(count, total)]
    return found


def _disguised(classify: Classify, unseen: Sequence[Said], typed: Callable[[str], str]) -> dict[str, float]:
    red = [classify(typed(said.text)).colour for said in unseen if said.label.colour == "red"]
    harmless = [classify(typed(said.text)).colour for said in unseen if said.label.colour == "none"]
    return {
        "red": round(red.count("red") / max(len(red), 1), 3),
        "false_red": round(harmless.count("red") / max(len(harmless), 1), 3),
    }


def _milliseconds(classify: Classify, texts: Sequence[str]) -> dict[str, float]:
    taken = []
    for text in texts:
        began = time.perf_counter()
        classify(text)
        taken.append((time.perf_counter() - began) * 1000)
    ordered = sorted(taken)
    found = {f"p{p}": ordered[min(len(ordered) - 1, len(ordered) * p // 100)] for p in (50, 99)}
    return {name: round(value, 2) for name, value in found.items()}


def _learnt_from(
    share: float, here: Settings, signals: triage.Signals, learnt: Sequence[Said], unseen: Sequence[Said]
) -> dict[str, Any]:
    """What a classifier knows that has learnt from this share of the messages, rules and all."""
    chosen = random.Random(SEED).sample(learnt, round(share * len(learnt)))
    began = time.monotonic()
    examples = lessons.gather(signals, chosen, here.bank_dir, here.content_dir / "nlu")
    classifier = fitting.fit(examples)
    seconds = time.monotonic() - began
    found = by_kind(triage.TrafficLight(signals, classifier).classify, unseen)
    print(f"  learnt from {len(chosen)} in {seconds:.0f} s", flush=True)
    return {
        "messages": len(chosen),
        "seconds": round(seconds, 1),
        "red": found["all red"]["red"],
        "yellow": found["all yellow"]["yellow"],
        "false_red": found["none"]["red"],
        "false_yellow": found["none"]["yellow"],
    }


def _read(files: Sequence[Path]) -> list[Said]:
    findings: list[Finding] = []
    try:
        found = [said for file in files for said in messages.read_file(file, findings)]
    except OSError as error:
        raise Failed(f"{error.filename}: {error.strerror}") from error
    if findings:
        raise Failed("\n".join(f"{finding.path}: {finding.line}" for finding in findings))
    return found
