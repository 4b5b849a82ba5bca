"""An operator is there who began a shift and was seen a moment ago, and nobody else."""

from __future__ import annotations

from datetime import date

import pytest

from linea import presence
from linea.hours import LIMA
from linea.store.models import Shift
from tests.helpline import Helpline


def there(helpline: Helpline) -> list[str]:
    with helpline.store.reading() as session:
        found = [each.operator for each in presence.present(session, helpline.now)]
        assert presence.anybody(session, helpline.now) == bool(found)
    return found


def seen(helpline: Helpline, operator: str = "rosa") -> bool:
    return helpline.write(lambda s: presence.seen(s, operator, helpline.now))


def days(helpline: Helpline) -> set[date]:
    with helpline.store.reading() as session:
        return presence.days(presence.spans(session), helpline.all(Shift)[0].started_at, LIMA)


def test_who_begins_is_there_and_who_ends_is_not(helpline: Helpline) -> None:
    assert there(helpline) == []
    helpline.starts("rosa")
    helpline.starts("luis")
    assert there(helpline) == ["rosa", "luis"]
    helpline.goes_home("rosa")
    assert there(helpline) == ["luis"]


@pytest.mark.parametrize(("minutes", "present"), [(9.9, True), (10, False)])
def test_who_is_not_seen_for_ten_minutes_is_not_there(
    helpline: Helpline, minutes: float, present: bool
) -> None:
    helpline.starts()
    helpline.passes(minutes=minutes)
    assert bool(there(helpline)) == present


def test_every_command_keeps_them_there_and_brings_them_back(helpline: Helpline) -> None:
    helpline.starts()
    for _ in range(10):
        helpline.passes(minutes=9)
        assert seen(helpline)
    assert there(helpline) == ["rosa"]
    helpline.passes(hours=3)
    assert there(helpline) == []
    assert seen(helpline)
    assert there(helpline) == ["rosa"]
    assert len(helpline.all(Shift)) == 1


def test_a_command_of_somebody_who_has_not_begun_does_not_begin(helpline: Helpline) -> None:
    assert not seen(helpline)
    helpline.starts()
    helpline.goes_home()
    assert not seen(helpline)
    assert there(helpline) == []


def test_a_shift_somebody_forgot_to_end_ended_when_they_were_last_seen(helpline: Helpline) -> None:
    helpline.starts()
    began = helpline.now
    helpline.passes(hours=16)
    assert not seen(helpline)
    assert helpline.one(Shift).ended_at == began
    helpline.starts()
    assert there(helpline) == ["rosa"]
    assert len(helpline.all(Shift)) == 2


def test_the_days_with_operators_are_those_of_the_lines_own_time_zone(helpline: Helpline) -> None:
    helpline.starts()
    helpline.passes(hours=13, minutes=30)  # 23:30 in Lima, already tomorrow in UTC
    helpline.starts("luis")
    assert days(helpline) == {date(2026, 11, 10)}
    helpline.passes(hours=1)
    helpline.starts("luis")
    assert days(helpline) == {date(2026, 11, 10), date(2026, 11, 11)}


def test_shifts_are_let_go_when_nobody_asks_for_them_any_more(helpline: Helpline) -> None:
    helpline.starts()
    helpline.passes(days=8)
    assert helpline.write(lambda s: presence.forget(s, helpline.now)) == 0
    helpline.passes(seconds=1)
    assert helpline.write(lambda s: presence.forget(s, helpline.now)) == 1
