"""Spelling does not change what a message means, and no typed text reaches Rasa as a command."""

from __future__ import annotations

import pytest

from linea.assistant.normal import plain, without_command_mark, words


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("¿Cuánto CUESTA?", ["cuanto", "cuesta"]),
        ("graciaaaaas", ["gracias"]),
        ("la calle llena de carros", ["la", "calle", "llena", "de", "carros"]),
        ("mañana y año", ["mañana", "y", "año"]),
        ("xq no me dan x favor", ["porque", "no", "me", "dan", "por", "favor"]),
        ("ｈｏｌａ", ["hola"]),
        ("ho\u200bla", ["hola"]),
        ("covid19", ["covid", "19"]),
        ("👍🏽", ["👍"]),
        ("...", []),
        ("", []),
    ],
)
def test_a_message_is_read_in_plain_spelling(written: str, read: list[str]) -> None:
    assert words(written) == read


def test_composed_and_decomposed_accents_are_the_same() -> None:
    assert plain("ni\u00f1o \u00e1rbol") == plain("nin\u0303o a\u0301rbol") == "niño arbol"


@pytest.mark.parametrize(
    "typed",
    [
        "/restart",
        "  /restart",
        "\t\n/restart",
        "\u200b/restart",
        "\ufeff /restart",
        "\u00a0/restart",
        "//restart",
        "／restart",
        "\u2044restart",
        "\u2215restart",
        "\x00/restart",
        "/",
    ],
)
def test_a_leading_slash_is_made_harmless(typed: str) -> None:
    harmless = without_command_mark(typed)
    assert not harmless.strip().startswith("/")
    assert harmless.endswith(typed.lstrip(" \t\n\u200b\ufeff\u00a0\x00/／\u2044\u2215"))
    assert harmless.strip()


def test_a_slash_inside_a_text_stays() -> None:
    assert without_command_mark("24/7 ó 12/05") == "24/7 ó 12/05"
