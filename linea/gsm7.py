"""The letters that fit in an SMS at full length: 160 in one part, 153 in each of several."""

from __future__ import annotations

import unicodedata

# 3GPP TS 23.038, section 6.2.1: the default alphabet and its extension table (two places each).
_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_PLAIN = str.maketrans({"«": '"', "»": '"', "“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-"})

# 3GPP TS 23.040, 9.2.3.24.1: a part of several gives six bytes to say which part of what it is.
ONE_PART, EACH_PART = 160, 153
ONE_WIDE_PART, EACH_WIDE_PART = 70, 67  # when a letter is not in the alphabet, all are sent as UCS-2

TWO_PARTS = 2 * EACH_PART


def segments(text: str) -> int:
    """In how many parts an SMS with this text is sent, and paid."""
    if foreign(text):
        return _parts(
            [len(letter.encode("utf-16-be", "surrogatepass")) // 2 for letter in text],
            ONE_WIDE_PART,
            EACH_WIDE_PART,
        )
    return _parts([2 if letter in _EXTENSION else 1 for letter in text], ONE_PART, EACH_PART)


def _parts(places: list[int], one: int, each: int) -> int:
    if sum(places) <= one:
        return 1
    parts, left = 1, each
    for place in places:  # a letter of two places is never parted
        if place > left:
            parts, left = parts + 1, each
        left -= place
    return parts


def foreign(text: str) -> list[tuple[int, str]]:
    """Every letter that is not in the alphabet, with its place: one of them cuts a part to 70."""
    return [(at, letter) for at, letter in enumerate(text) if not _fits(letter)]


def length(text: str) -> int:
    """How many places the text takes, in the 7-bit alphabet."""
    return sum(2 if letter in _EXTENSION else 1 for letter in text)


def plain(value: str) -> str:
    """A name or a value in letters that fit: "Defensoría" becomes "Defensoria", é and ñ stay.

    For values that are put into a text only. Whole texts are written for SMS, because without its
    accent a word can be another word.
    """
    return "".join(letter if _fits(letter) else _bare(letter) for letter in value.translate(_PLAIN))


def _fits(letter: str) -> bool:
    return letter in _ALPHABET or letter in _EXTENSION


def _bare(letter: str) -> str:
    kept = "".join(part for part in unicodedata.normalize("NFKD", letter) if _fits(part))
    return kept or letter
