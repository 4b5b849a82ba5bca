"""The word that was probably meant where an unknown one stands."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


def nearest(word: str, known: Sequence[str]) -> str:
    """A question to put behind the unknown word, or nothing."""
    near = difflib.get_close_matches(word, known, 1)
    return f" (¿querías «{near[0]}»?)" if near else ""


def meant(words: Iterable[str], known: Sequence[str]) -> set[str]:
    """The known words that unknown ones were meant to be: they are misspelt, not missing."""
    unknown = [word for word in words if word not in known]
    return {near for word in unknown for near in difflib.get_close_matches(word, known, 1)}
