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

TWO_PARTS = 306


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
