"""The shipped signals and the written cases, read once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from linea import settings, training, triage

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "data" / "triage"


@dataclass(frozen=True)
class Case:
    """A message and how it is to be taken; `kind` and `urgency` only where the case says so."""

    text: str
    colour: str
    kind: str | None
    urgency: str | None


def _read_cases() -> list[Case]:
    rows = YAML(typ="safe").load((Path(__file__).parent / "cases.yml").read_text(encoding="utf-8"))["cases"]
    return [Case(row["text"], row["colour"], row.get("kind"), row.get("urgency")) for row in rows]


CASES = _read_cases()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", CASES, ids=[f"{case.colour}-{i}" for i, case in enumerate(CASES)])


@pytest.fixture(scope="session")
def signals() -> triage.Signals:
    return triage.load(SHIPPED)


@pytest.fixture(scope="session")
def light(signals: triage.Signals) -> triage.TrafficLight:
    """The rules and what the classifier has learnt, as the line uses them."""
    learnt = training.ensure_classifier(settings.load({}))
    assert learnt is not None
    return triage.TrafficLight(signals, triage.Classifier.from_bytes(learnt.read_bytes()))


@pytest.fixture(scope="session")
def cases() -> list[Case]:
    return CASES
