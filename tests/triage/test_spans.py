"""What is written around a sentence makes more stretches and takes none away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linea.triage.spans import HALF, WINDOW, sentences, stretches

WORDS = st.lists(st.sampled_from("a b c d".split()), min_size=1, max_size=2 * WINDOW)
MESSAGES = st.lists(WORDS, min_size=1, max_size=4)


def texts(message: list[list[str]]) -> set[str]:
    tokens = [token for sentence in message for token in (*sentence, ".")]
    words, cuts = sentences(tokens)
    begins, ends = stretches(cuts)
    return {" ".join(words[begin:end]) for begin, end in zip(begins, ends, strict=True)}


@given(before=MESSAGES, message=MESSAGES, after=MESSAGES)
def test_every_stretch_stays_when_sentences_are_added(
    before: list[list[str]], message: list[list[str]], after: list[list[str]]
) -> None:
    assert texts(message) <= texts([*before, *message, *after])


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ("me kiero morir", {"me kiero morir"}),
        ("no , me kiero morir", {"no me kiero morir"}),
        ("ola . me kiero morir", {"ola", "me kiero morir", "ola me kiero morir"}),
        ("ola ; ola", {"ola", "ola ola"}),
        (". , !", set()),
        ("", set()),
    ],
)
def test_a_message_is_read_by_its_sentences(tokens: str, expected: set[str]) -> None:
    words, cuts = sentences(tokens.split())
    begins, ends = stretches(cuts)
    assert {" ".join(words[b:e]) for b, e in zip(begins, ends, strict=True)} == expected


def test_what_has_no_full_stop_is_read_in_windows() -> None:
    begins, ends = stretches([0, WINDOW + 2])
    assert list(zip(begins, ends, strict=True)) == [(i, i + WINDOW) for i in range(3)]


def test_of_what_is_too_long_the_head_and_the_tail_are_read() -> None:
    words, cuts = sentences(["a"] * HALF + ["b"] * HALF + ["c"] * HALF)
    assert words == ["a"] * HALF + ["c"] * HALF
    assert cuts == [0, HALF, 2 * HALF]
