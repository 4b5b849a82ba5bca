"""Whatever the line says by SMS fits Twilio's limit, options and all, and nothing of it is dropped.

What each kind of body becomes stands in the files of `sent/` (tests/channels/test_outbound.py).
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linea import numbered
from linea.channels import parting
from linea.channels.sms import outbound
from linea.messages import Body, Option, Sender

ROSA = Sender("+51900000001")
STATUS_URL = "https://linea.example.org/webhooks/twilio/status"
MENU = Body(
    "¿Qué necesitas?",
    (Option("a", "Prueba de covid"), Option("b", "Una persona", "Te escribe el equipo")),
    "Ver opciones",
)


def build(body: Body, sender: Sender = ROSA) -> dict[str, str]:
    return outbound.build(body, sender, "+5115550100", STATUS_URL, "0" * 32)


@pytest.mark.parametrize(
    "sender",
    [Sender(None), Sender(None, "PE.123"), Sender("51900000001"), Sender("+51 900"), Sender("Banco")],
)
def test_who_has_no_phone_number_cannot_be_written_to(sender: Sender) -> None:
    with pytest.raises(ValueError, match="phone"):
        build(Body("Hola"), sender)


@pytest.mark.parametrize("body", [Body(""), Body(" \n "), Body("a" * 1601), Body("😀" * 801)])
def test_what_twilio_would_refuse_is_not_built(body: Body) -> None:
    with pytest.raises(ValueError, match="1600"):
        build(body)


@pytest.mark.parametrize("body", [Body("a" * 1600), Body("😀" * 800), MENU, Body("", MENU.options)])
def test_what_fits_is_one_message(body: Body) -> None:
    assert outbound.split(body) == [body]


def test_nothing_to_say_is_refused() -> None:
    with pytest.raises(ValueError, match="without"):
        outbound.split(Body(" "))


def test_a_long_text_is_parted_between_paragraphs() -> None:
    one, two, three = "a " * 400 + "uno.", "b " * 300 + "dos.", "c " * 400 + "tres."
    assert outbound.split(Body(f"{one}\n\n{two}\n\n{three}")) == [Body(f"{one}\n\n{two}"), Body(three)]


def test_a_question_stays_with_its_options() -> None:
    long = "Una frase. " * 160
    ending = Body("¿Qué necesitas?", MENU.options, MENU.button)
    *before, last = outbound.split(Body(f"{long}\n\n¿Qué necesitas?", MENU.options, MENU.button))
    assert last == ending
    assert " ".join(body.text for body in before) == long.strip()


def test_where_the_last_paragraph_is_too_long_the_options_come_alone_and_together() -> None:
    *before, last = outbound.split(Body("palabra " * 199, MENU.options))
    assert last == Body("", MENU.options)
    assert " ".join(body.text for body in before).split() == ["palabra"] * 199


def test_options_that_no_message_can_hold_are_parted_like_a_text() -> None:
    options = tuple(Option(str(n), f"Opcion {n} " + "x" * 200) for n in range(10))
    parts = outbound.split(Body("Elige", options))
    assert len(parts) == 2
    assert squeezed(*parts) == squeezed(Body("Elige", options))


def squeezed(*bodies: Body) -> str:
    """All that is read, without the space at which it may be parted."""
    return re.sub(r"\s+", "", "".join(map(numbered.text, bodies)))


words = st.text(st.sampled_from("ab ñé¿.\n😀"), max_size=4000)
options = st.lists(
    st.builds(
        Option, st.uuids().map(str), st.text("abc ñ", max_size=300), st.none() | st.text("d ", max_size=80)
    ),
    max_size=10,
)


@given(words, options)
@settings(max_examples=150, deadline=None)
def test_whatever_is_said_every_part_fits_and_nothing_is_lost(text: str, chosen: list[Option]) -> None:
    body = Body(text, tuple(chosen))
    if not numbered.text(body).strip():
        return
    parts = outbound.split(body)
    for part in parts:
        assert len(build(part)["Body"].encode("utf-16-le")) // 2 <= outbound.TEXT_MAX
    assert squeezed(*parts) == squeezed(body)
    assert [part.options for part in parts if part.options] in ([], [body.options])


@given(st.lists(st.text("abñ", min_size=1, max_size=60), min_size=1, max_size=300), st.sampled_from(" \n"))
@settings(max_examples=60, deadline=None)
def test_no_word_is_ever_parted(said: list[str], between: str) -> None:
    text = between.join(said)
    assert " ".join(parting.parts(text, 160)).split() == said


def test_a_word_longer_than_a_message_is_cut_and_kept() -> None:
    assert parting.parts("antes " + "x" * 400 + " fin", 160) == [
        *("antes", "x" * 160, "x" * 160, "x" * 80 + " fin")
    ]
