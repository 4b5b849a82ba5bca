"""The messages of cases.yml: each takes its colour."""

from __future__ import annotations

from collections import Counter
from typing import Any

from linea.triage import Signals


def test_a_message_takes_its_colour(signals: Signals, case: Any) -> None:
    found = signals.classify(case.text)
    assert (found.colour, case.text) == (case.colour, case.text), signals.explain(case.text)
    if case.kind is not None:
        assert (found.kind, case.text) == (case.kind, case.text), signals.explain(case.text)
    if case.urgency is not None:
        assert (found.urgency, case.text) == (case.urgency, case.text)


def test_there_are_cases_of_every_colour_and_kind(cases: list[Any]) -> None:
    colours = Counter(case.colour for case in cases)
    assert len({case.text for case in cases}) == len(cases) >= 400
    assert colours["red"] >= 150
    assert colours["none"] >= 150
    assert {"suicide", "violence", "child", "medical_alarm"} <= {case.kind for case in cases}
