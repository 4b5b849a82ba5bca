"""Ten ways in which a message may be typed so that a filter does not see it, or simply in a hurry."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable

SEED = 4
_LEET = str.maketrans("aeioAEIO", "4310" * 2)
_HOMOGLYPHS = str.maketrans("aeocpxy", "аеосрху")  # Cyrillic
_EMOJI = "😭 💔 🙏 😢 ❤️".split()
_VOWEL = re.compile(r"([aeiouáéíóú])(?=\w)", re.IGNORECASE)
_LONG_WORD = re.compile(r"\b[^\W\d_]{5,}\b")


def _between_letters(mark: str, word_gap: str) -> Callable[[str], str]:
    def typed(text: str) -> str:
        lines = (word_gap.join(mark.join(word) for word in line.split()) for line in text.split("\n"))
        return "\n".join(lines)

    return typed


def _stretched(text: str) -> str:
    return " ".join(_VOWEL.sub(lambda vowel: vowel[1] * 4, word, count=1) for word in text.split(" "))


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _emoji_between(text: str) -> str:
    return "".join(
        word + (_EMOJI[number % len(_EMOJI)] if word.strip() else "")
        for number, word in enumerate(re.split(r"(\s+)", text))
        if word.strip()
    )


def _neighbours_swapped(text: str) -> str:
    chance = random.Random(f"{SEED}{text}")

    def swapped(word: re.Match[str]) -> str:
        letters = list(word[0])
        at = chance.randrange(1, len(letters) - 2)
        letters[at], letters[at + 1] = letters[at + 1], letters[at]
        return "".join(letters)

    return _LONG_WORD.sub(swapped, text)


# What each does to "me quiero morir".
DISGUISES: dict[str, Callable[[str], str]] = {
    "leet": lambda text: text.translate(_LEET),  # m3 qu13r0 m0r1r
    "spaces": _between_letters(" ", "  "),  # m e  q u i e r o  m o r i r
    "dots": _between_letters(".", " "),  # m.e q.u.i.e.r.o m.o.r.i.r
    "stretched": _stretched,  # meeee quuuuiero moooorir
    "no accents": _without_accents,
    "capitals": str.upper,
    "emoji for blanks": _emoji_between,  # me😭quiero🙏morir
    "zero width": lambda text: "\u200b".join(text),
    "homoglyphs": lambda text: text.translate(_HOMOGLYPHS),
    "swapped letters": _neighbours_swapped,  # me quireo moirr: in every word of five letters or more
}
