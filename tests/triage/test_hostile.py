"""Texts made to break or to slow the traffic light: the work stays bounded, and what is in them is found."""

from __future__ import annotations

import pytest

from linea.triage import Signals, normalise

RED = "me quiero morir"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\x00",
        "\ud800",
        "\udfff\ud800" * 5_000,
        "\x00" * 65_536,
        "a" * 65_536,
        "a " * 32_768,
        "e" + "\u0301\u0316" * 32_768,
        "ä\u0323" * 10_000,
        "m." * 32_768,
        "me no " * 11_000,
        "me pega la gripe y " * 3_500,
        "me muero de hambre " * 3_500,
        "ayuda con " * 6_500,
        "!?." * 22_000,
        "😂" * 65_536,
        "\n" * 65_536,
        "(" * 65_536,
        "92 " * 22_000,
        "﷽" * 8_192,
        "٤٥" * 5_000,
    ],
)
def test_a_hostile_text_gets_no_colour_and_no_error(signals: Signals, text: str) -> None:
    assert signals.classify(text).colour == "none"


@pytest.mark.parametrize("filler", ["hola que tal ", "a", "me no ", "\n", "😂", "x.", "jajaja "])
@pytest.mark.parametrize("size", [5_000, 70_000, 1_000_000])
def test_a_red_at_the_head_or_the_tail_is_found(signals: Signals, filler: str, size: int) -> None:
    long = filler * (size // len(filler))
    assert signals.classify(f"{RED}. {long}").colour == "red"
    assert signals.classify(f"{long}. {RED}").colour == "red"


def test_invisible_padding_does_not_push_a_red_out_of_sight(signals: Signals) -> None:
    assert signals.classify("\u200b" * 100_000 + RED + "\u200b" * 100_000).colour == "red"
    assert signals.classify("\u200b".join(RED)).colour == "red"


@pytest.mark.parametrize("character", ["a", "ﷺ", "㍿", "é", "\u200b", "😂"])
def test_what_is_read_of_a_text_is_bounded(character: str) -> None:
    assert len(normalise.clean(character * 2_000_000)) <= 4 * normalise.HALF


@pytest.mark.parametrize(
    "text",
    [
        "me quiero m4tar",
        "me quiero mat4r",
        "pienso en su1c1d4rme",
        "pienso en $uicid@rme",
        "me quiero m a t a r",
        "m e  q u i e r o  m a t a r",
        "me quiero m.a.t.a.r",
        "me quiero m-a-t-a-r",
        "me quiero ma-tar",
        "me.quiero.matar",
        "me. quiero. matar.",
        "mequieromatar",
        "mequiero matar",
        "me kieroooo mataaaar",
        "mee quieroo mmatar",
        "ｍｅ ｑｕｉｅｒｏ ｍａｔａｒ",
        "𝐦𝐞 𝐪𝐮𝐢𝐞𝐫𝐨 𝐦𝐚𝐭𝐚𝐫",
        "mе quierо mаtаr",  # Cyrillic е, о, а
        "🅼🅴 🆀🆄🅸🅴🆁🅾 🅼🅰🆃🅰🆁",
        "me😭quiero😭matar",
        "me\nquiero\nmatar",
        "me quiero, matar",
        "no, me quiero matar",
        "No. Me quiero matar.",
        "no\nme quiero matar",
        "me quiero sucidar",
        "tengo ganas de suisidarme",
    ],
)
def test_disguised_words_are_read(signals: Signals, text: str) -> None:
    assert signals.classify(text).colour == "red", normalise.clean(text)
