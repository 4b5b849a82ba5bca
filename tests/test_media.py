"""A file is fetched only when a person may look at it, one attempt at a time, while the channel has it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from linea import erasure, media, takeovers
from linea.messages import Media, Sender, Takeover
from linea.store.models import Conversation, InboxRow, MediaRow
from tests.helpline import ANA, RED, Helpline

PHOTO = Media("771234567", "image", "image/jpeg", "c2hh")
VOICE = Media("77", "audio", "audio/ogg", None, None, True)
PAPER = Media("78", "document", "application/pdf", None, "receta.pdf")


def arrives(helpline: Helpline, *files: Media, **changes: Any) -> None:
    told = {"kind": "media", "type": files[0].type, "media": files, **changes}
    helpline.arrives(helpline.message(None, **told))


def claims(helpline: Helpline, limit: int = 8) -> list[media.Wanted]:
    return helpline.write(lambda s: media.claim(s, helpline.keys, helpline.now, limit))


def states(helpline: Helpline) -> list[str]:
    return [row.state for row in helpline.all(MediaRow)]


@pytest.fixture
def wanted(helpline: Helpline) -> Helpline:
    """A photo of somebody who waits for a person."""
    arrives(helpline, PHOTO)
    asks_for_a_person(helpline)
    return helpline


def asks_for_a_person(helpline: Helpline) -> None:
    helpline.arrives(RED)
    helpline.looks()


def test_a_file_that_nobody_will_look_at_stays_at_the_channel(helpline: Helpline) -> None:
    arrives(helpline, PHOTO, VOICE)
    assert states(helpline) == ["kept", "kept"]
    assert claims(helpline) == []


def test_what_came_before_and_what_comes_after_is_wanted_once_a_person_is_needed(helpline: Helpline) -> None:
    arrives(helpline, PHOTO)
    asks_for_a_person(helpline)
    arrives(helpline, VOICE)
    assert states(helpline) == ["wanted", "wanted"]


def test_a_chat_that_somebody_takes_outside_has_its_files_fetched_too(helpline: Helpline) -> None:
    arrives(helpline, PHOTO)
    taken = Takeover("whatsapp", "e:1", Sender(ANA), "phone_app", True, None, None, {})
    helpline.write(lambda s: takeovers.apply(s, helpline.keys, taken, helpline.now))
    assert states(helpline) == ["wanted"]


def test_the_files_of_others_are_left_alone(wanted: Helpline) -> None:
    other = wanted.message(None, "+51900000009", kind="media", type="image", media=(PHOTO,))
    wanted.arrives(other)
    assert states(wanted) == ["wanted", "kept"]


def test_a_claim_gives_back_all_that_is_needed_to_fetch_it(helpline: Helpline) -> None:
    arrives(helpline, PHOTO)
    arrives(helpline, VOICE)
    arrives(helpline, PAPER)
    asks_for_a_person(helpline)
    claimed = claims(helpline)
    assert [each.media for each in claimed] == [PHOTO, VOICE, PAPER]
    assert {(each.channel, each.attempt) for each in claimed} == {("whatsapp", 1)}
    assert [each.id for each in claimed] == [row.id for row in helpline.all(MediaRow)]


def test_where_a_file_is_at_the_channel_is_sealed(wanted: Helpline, database: Any) -> None:
    wanted.store.checkpoint()
    assert PHOTO.ref.encode() not in database.read_bytes()


def test_what_is_in_hand_is_not_handed_out_again_until_its_lease_ends(wanted: Helpline) -> None:
    (first,) = claims(wanted)
    assert claims(wanted) == []
    wanted.passes(seconds=media.LEASE.total_seconds() - 1)
    assert claims(wanted) == []
    wanted.passes(seconds=2)
    (second,) = claims(wanted)
    assert (second.id, first.attempt, second.attempt) == (first.id, 1, 2)


def test_at_most_so_many_are_handed_out_the_first_that_came_first(helpline: Helpline) -> None:
    for number in range(5):
        arrives(helpline, Media(f"7{number}", "image"))
    asks_for_a_person(helpline)
    assert [each.media.ref for each in claims(helpline, 2)] == ["70", "71"]
    assert [each.media.ref for each in claims(helpline, 9)] == ["72", "73", "74"]


def test_the_channel_keeps_a_file_for_seven_days(wanted: Helpline) -> None:
    wanted.passes(days=7, seconds=-1)
    assert len(claims(wanted)) == 1
    wanted.passes(days=1)
    assert claims(wanted) == []
    row = wanted.one(MediaRow)
    assert (row.state, row.reason) == ("gone", "too_old")
    assert not wanted.write(lambda s: media.anything_due(s, wanted.now))


def test_a_file_that_was_had_says_what_and_how_large(wanted: Helpline) -> None:
    (claimed,) = claims(wanted)
    assert wanted.write(lambda s: media.record_fetched(s, claimed, "image/jpeg", 1234))
    row = wanted.one(MediaRow)
    assert (row.state, row.mime, row.size, row.next_at) == ("fetched", "image/jpeg", 1234, None)
    assert claims(wanted) == []


@pytest.mark.parametrize(("gone", "state"), [(False, "refused"), (True, "gone")])
def test_a_file_that_will_not_come_is_never_asked_for_again(wanted: Helpline, gone: bool, state: str) -> None:
    (claimed,) = claims(wanted)
    wanted.write(lambda s: media.record_refused(s, claimed, "wrong_type", gone=gone))
    wanted.passes(days=2)
    assert (wanted.one(MediaRow).state, wanted.one(MediaRow).reason, claims(wanted)) == (
        state,
        "wrong_type",
        [],
    )


def test_after_each_attempt_that_failed_the_wait_is_longer_up_to_an_hour(wanted: Helpline) -> None:
    waits = []
    for _ in range(8):
        (claimed,) = claims(wanted)
        wanted.write(lambda s, claimed=claimed: media.record_away(s, claimed, "http_500", wanted.now))
        waits.append((wanted.one(MediaRow).next_at - wanted.now).total_seconds())
        wanted.now = wanted.one(MediaRow).next_at
    assert waits == [10, 40, 160, 640, 2560, 3600, 3600, 3600]


def test_a_late_answer_of_an_older_attempt_changes_nothing(wanted: Helpline) -> None:
    (first,) = claims(wanted)
    wanted.passes(seconds=100)
    (second,) = claims(wanted)
    assert not wanted.write(lambda s: media.record_fetched(s, first, "image/jpeg", 1))
    wanted.write(lambda s: media.record_refused(s, first, "wrong_type"))
    wanted.write(lambda s: media.record_away(s, first, "timeout", wanted.now))
    assert wanted.one(MediaRow).state == "wanted"
    assert wanted.write(lambda s: media.record_fetched(s, second, "image/jpeg", 1))
    assert not wanted.write(lambda s: media.record_fetched(s, second, "image/jpeg", 1))


def test_what_was_erased_meanwhile_is_not_brought_back(wanted: Helpline) -> None:
    (claimed,) = claims(wanted)
    wanted.takes(wanted.code())
    wanted.closes(wanted.code(), farewell=())
    wanted.sends()
    wanted.passes(hours=25)
    wanted.write(lambda s: erasure.erase_due(s, wanted.now, wanted.now))
    assert not wanted.write(lambda s: media.record_fetched(s, claimed, "image/jpeg", 1))
    assert wanted.all(MediaRow) == []


def test_files_are_found_by_the_message_they_came_with(helpline: Helpline) -> None:
    arrives(helpline, PHOTO, PAPER)
    arrives(helpline, VOICE)
    conversation = helpline.one(Conversation).id
    with helpline.store.reading() as session:
        found = {
            number: [row.type for row in rows] for number, rows in media.of(session, conversation).items()
        }
    first, second = (row.number for row in helpline.all(InboxRow))
    assert found == {first: ["image", "document"], second: ["audio"]}


@pytest.mark.parametrize("length", [12, 500])
def test_names_and_types_of_any_length_are_kept_as_far_as_there_is_room(
    helpline: Helpline, length: int
) -> None:
    arrives(helpline, Media("7", "x" * length, "y" * length, None, "z" * length))
    row = helpline.one(MediaRow)
    assert (len(row.type), len(row.mime), len(row.name)) == (12, min(length, 80), min(length, 120))


def test_a_lease_is_longer_than_any_download() -> None:
    assert timedelta(seconds=4 * 15) < media.LEASE  # Graph twice and the file twice
