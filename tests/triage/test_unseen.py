"""How many are caught of messages by people who have read neither the rules nor what was learnt from.

The floors are what a line for people in danger owes them; nobody tunes anything to this file. Of harmless
messages that were written to sound like danger, a third is taken for it: recall comes first, and `make bench`
says how far it is from what is wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from linea.triage import TrafficLight, messages
from linea.triage.messages import Said
from linea.triage.reading import COLOURS, Finding

FINDINGS: list[Finding] = []
UNSEEN = messages.read_file(Path(__file__).parent / "unseen.yml", FINDINGS)


def is_red(said: Said) -> bool:
    return said.label.colour == "red"


def wishes_to_be_dead(said: Said) -> bool:
    return (is_red(said) and said.label.kind == "suicide") or said.label.urgency == "today"


def is_yellow(said: Said) -> bool:
    return said.label.colour == "yellow"


def test_the_file_is_in_order() -> None:
    assert FINDINGS == []
    assert len(UNSEEN) >= 500


@pytest.mark.parametrize(
    ("which", "floor"), [(is_red, 0.90), (wishes_to_be_dead, 0.90), (is_yellow, 0.80)], ids=lambda x: str(x)
)
def test_of_those_in_danger_nearly_all_are_seen(
    light: TrafficLight, which: Callable[[Said], bool], floor: float
) -> None:
    """A red one must be taken as red, a yellow one as yellow or red."""
    wanted = [said for said in UNSEEN if which(said)]
    seen = [
        said
        for said in wanted
        if COLOURS.index(light.classify(said.text).colour) >= COLOURS.index(said.label.colour)
    ]
    assert len(seen) / len(wanted) >= floor


@pytest.mark.parametrize(("look_alike", "ceiling"), [(True, 0.40), (False, 0.15)])
def test_most_harmless_messages_raise_no_red(light: TrafficLight, look_alike: bool, ceiling: float) -> None:
    harmless = [said for said in UNSEEN if said.label.colour == "none" and said.look_alike == look_alike]
    false = [said for said in harmless if light.classify(said.text).colour == "red"]
    assert len(false) / len(harmless) <= ceiling
