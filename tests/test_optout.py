"""Who asks for no more messages is believed, by any of their addresses, past the night, until they write."""

from __future__ import annotations

from typing import Any

import pytest

from linea import dispatch, erasure, optout, people
from linea.keys import Keys
from linea.messages import Sender
from linea.store.models import Conversation, OptOut
from tests.helpline import ANA, BETO, Helpline

BSUID = "PE.1234567890123456"


@pytest.mark.parametrize(
    ("text", "whatsapp", "sms"),
    [
        *((word, "stop", "stop") for word in ("ALTO", "alto", "Alto.", " ¡ALTO! ", "baja", "PARAR")),
        *((word, "stop", "stop") for word in ("cancelar", "Cancelar…")),
        *((word, "stop", "stop") for word in ("stop", "STOP", "Stop!", "ＡＬＴＯ", "áltó")),
        *((word, None, "stop") for word in ("STOPALL", "unsubscribe", "cancel", "END", "quit")),
        *((word, None, "stop") for word in ("revoke", "optout")),
        *((word, "start", "start") for word in ("ALTA", "alta", "start")),
        *((word, None, "start") for word in ("unstop", "YES")),
        *((word, None, None) for word in ("", "  ", "hola", "el río está muy alto", "alto ahí", "no pares")),
        *((word, None, None) for word in ("dame de baja", "ALTO ALTO", "altoo", "stop the rain", "s t o p")),
        (None, None, None),
    ],
)  # fmt: skip
def test_a_whole_message_may_ask_for_no_more(text: str | None, whatsapp: Any, sms: Any) -> None:
    assert (optout.word(text, "whatsapp"), optout.word(text, "sms")) == (whatsapp, sms)


@pytest.mark.parametrize(
    ("text", "sms"),
    [
        ("STOP", True),
        (" stop ", True),
        ("Cancel", True),
        ("stop!", False),
        ("ALTO", False),
        ("baja", False),
        (None, False),
    ],
)
def test_twilio_itself_answers_its_own_bare_words(text: str | None, sms: bool) -> None:
    assert optout.answered_by_channel(text, "sms") is sms
    assert optout.answered_by_channel(text, "whatsapp") is False


def stops(helpline: Helpline, sender: Sender | str = ANA, channel: str = "whatsapp") -> str:
    """Somebody asks for no more; the id of the person."""
    helpline.arrives(helpline.message("ALTO", sender, channel=channel))
    turn = helpline.turn()
    helpline.write(lambda s: dispatch.finish_stop(s, helpline.keys, turn, helpline.line, helpline.now))
    return str(helpline.all(Conversation)[-1].person_id)


def is_out(helpline: Helpline, person: str, channel: str | None = None) -> bool:
    return helpline.write(lambda s: optout.is_out(s, helpline.keys, person, channel))


def lifts(helpline: Helpline, person: str, channel: str = "whatsapp") -> bool:
    return helpline.write(lambda s: optout.lift(s, helpline.keys, person, channel))


def test_it_holds_on_its_own_channel(helpline: Helpline) -> None:
    ana = stops(helpline)
    assert [is_out(helpline, ana, channel) for channel in ("whatsapp", "sms", None)] == [True, False, True]


def test_it_holds_for_nobody_else(helpline: Helpline) -> None:
    stops(helpline)
    helpline.arrives("hola", sender=BETO)
    assert not is_out(helpline, helpline.all(Conversation)[-1].person_id)


def test_it_is_kept_by_every_address_they_have(helpline: Helpline) -> None:
    stops(helpline, Sender(ANA, BSUID))
    assert len(helpline.all(OptOut)) == 2
    a_night_passes(helpline)
    again = helpline.write(lambda s: people.resolve(s, helpline.keys, Sender(None, BSUID), helpline.now))
    assert is_out(helpline, again)


def a_night_passes(helpline: Helpline) -> None:
    helpline.sends()
    helpline.passes(hours=30)
    helpline.write(lambda s: erasure.erase_due(s, helpline.now, helpline.now))
    assert helpline.all(Conversation) == []


def test_asking_twice_is_asking_once(helpline: Helpline) -> None:
    stops(helpline)
    stops(helpline)
    assert len(helpline.all(OptOut)) == 1


def test_it_outlives_the_night_and_tells_no_number(helpline: Helpline, database: Any) -> None:
    stops(helpline)
    a_night_passes(helpline)
    helpline.store.checkpoint()
    assert ANA[1:].encode() not in database.read_bytes()
    again = helpline.write(lambda s: people.resolve(s, helpline.keys, Sender(ANA), helpline.now))
    assert is_out(helpline, again)


def test_it_is_found_after_the_hash_key_was_changed_and_lifted_too(helpline: Helpline) -> None:
    ana = stops(helpline)
    old = helpline.keys
    helpline.keys = Keys(old.encryption, b"n" * 32, (old.hashing,))
    assert is_out(helpline, ana)
    assert lifts(helpline, ana)
    assert not is_out(helpline, ana)
    assert helpline.all(OptOut) == []


def test_what_a_hash_stands_for_is_this_alone(helpline: Helpline) -> None:
    stops(helpline)
    (kept,) = helpline.all(OptOut)
    assert kept.hash != helpline.keys.hash("phone", ANA)


@pytest.mark.parametrize(
    "change", [{"text": "hola"}, {"kind": "media", "type": "image", "text": None}, {"text": "ALTA"}]
)
def test_whoever_writes_again_is_written_to_again(helpline: Helpline, change: dict[str, Any]) -> None:
    ana = stops(helpline)
    helpline.arrives(helpline.message(**{"words": change.pop("text", None), **change}))
    assert not is_out(helpline, ana)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "silent", "type": "reaction"},
        {"kind": "silent", "type": "edit", "words": "hola"},
        {"kind": "copy", "words": "hola"},
        {"words": "ALTO"},
        {"words": "hola", "channel": "sms"},
    ],
)
def test_what_is_not_written_to_us_on_that_channel_lifts_nothing(
    helpline: Helpline, change: dict[str, Any]
) -> None:
    ana = stops(helpline)
    helpline.arrives(helpline.message(**{"words": None, **change}))
    assert is_out(helpline, ana, "whatsapp")


def test_it_counts_among_other_words_that_come_close_to_it(helpline: Helpline) -> None:
    helpline.arrives("ya no quiero", "ALTO", "por favor", pause=2)
    helpline.passes(seconds=2)
    first = helpline.turn(burst=True)
    assert (first.text, first.stop) == ("ya no quiero", False)
    helpline.finishes(first, "utter_fallback")
    second = helpline.turn(burst=True)
    assert (second.text, second.stop) == ("ALTO", True)


def test_nobody_who_was_erased_can_be_out(helpline: Helpline) -> None:
    stops(helpline)
    assert not is_out(helpline, "nobody")
    assert not lifts(helpline, "nobody")
