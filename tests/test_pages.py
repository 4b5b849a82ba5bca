"""A message to somebody of the team goes out once it can, by one worker, and leaves no number behind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from linea import alerts, pages
from linea.messages import SendResult
from linea.on_call import Duty
from linea.store import Store
from linea.store.models import Alert, Page
from tests.helpline import ON_CALL, RED, ROSA, Helpline


@pytest.fixture
def night(helpline: Helpline) -> Helpline:
    """A line with a list of people to call, and nobody at work."""
    helpline.duty = Duty(ON_CALL)
    return helpline


@pytest.mark.parametrize(
    ("outcome", "wait", "attempts"), [("retry", 2, 5), ("halt", 60, 3), ("uncertain", 60, 3)]
)
def test_a_page_in_doubt_goes_out_again(night: Helpline, outcome: str, wait: int, attempts: int) -> None:
    night.danger()
    night.calls("sms")
    for number in range(1, attempts + 1):
        (paging,) = night.pages(outcome, retry_after=float(wait))
        assert paging.attempt == number
        night.passes(seconds=wait)
    assert len(night.pages()) == (0 if outcome == "uncertain" else 1)


def test_a_page_whose_sender_died_goes_out_again(night: Helpline) -> None:
    night.danger()
    night.calls("sms")
    (dead,) = night.write(lambda s: pages.claim(s, night.now, 16))
    night.passes(seconds=61)
    assert night.write(lambda s: pages.sweep(s, night.now)) == 1
    (paging,) = night.pages()
    night.write(lambda s: pages.record(s, dead, SendResult("failed"), night.now))  # back from the dead
    assert (paging.attempt, night.one(Page).state) == (2, "accepted")


def test_a_call_to_what_somebody_took_meanwhile_is_not_sent(night: Helpline) -> None:
    night.danger()
    night.calls()
    night.takes(night.code())
    assert night.pages() == []
    assert {row.state for row in night.all(Page)} == {"cancelled"}


def test_a_page_that_could_not_go_out_for_a_quarter_of_an_hour_is_given_up(night: Helpline) -> None:
    night.danger()
    night.calls("sms")
    night.passes(minutes=15)
    night.pages("retry", retry_after=5.0)
    assert night.all(Page)[0].state == "failed"


def test_two_workers_call_everybody_once(night: Helpline) -> None:
    """On one database, at once, again and again: no page twice, none left out."""
    people = [f"+5191000{number:04}" for number in range(20)]
    night.arrives(*[night.message(RED, phone) for phone in people])
    night.looks()
    stores = [Store(str(night.store._reading.url), busy_seconds=60) for _ in range(2)]

    def work(store: Store) -> list[str]:
        claimed: list[str] = []
        for _ in range(20):
            store.write(lambda s: alerts.go_on(s, night.keys, night.duty, ("sms", "whatsapp"), night.now))
            claimed += [each.id for each in store.write(lambda s: pages.claim(s, night.now, 3))]
        return claimed

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(work, stores)
    for store in stores:
        store.close()
    assert len(first) + len(second) == len({*first, *second}) == 2 * len(people)
    assert len(night.all(Alert)) == len(people)


def test_no_number_of_the_team_is_kept(night: Helpline) -> None:
    night.danger()
    night.goes_by()
    night.says("VOY")
    kept = b"".join(path.read_bytes() for path in night.folder().iterdir())
    assert ROSA.phone.encode() not in kept
    assert ROSA.phone[1:].encode() not in kept


def test_an_alert_says_nothing_of_what_was_written(night: Helpline) -> None:
    night.danger()
    night.calls()
    (sms, _) = night.pages()
    assert (sms.code, sms.alert, sms.kind) == (night.code(), "red", "call")
    assert RED not in repr(sms)
