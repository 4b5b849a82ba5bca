"""One spelling for words that sound alike in Peru and Venezuela: "kiero" and "quieroooo" are "quiero"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from linea.triage.normalise import clean

_LONG_RUN = re.compile(r"([a-z])\1{2,}")
_RUN = re.compile(r"([a-z])\1+")
_I_AS_Y = re.compile(r"(?<=[aeou])i(?=[aeou])|^i(?=[aeou])")
_LONGEST = 200  # letters of one word that are looked at
_CACHE = 20_000  # spellings remembered


def fold(word: str, stem: bool = False) -> str:
    """The spelling shared by all words that sound like `word` (lower case, no accents).

    A `stem` is the beginning of a word, so that what holds at the end of a word is left alone.
    """
    w = _LONG_RUN.sub(r"\1", word) if len(word) > 2 else word
    w = w.replace("ch", "C").replace("sh", "C").replace("h", "")
    w = w.replace("ll", "y").replace("qu", "k").replace("q", "k")
    w = w.replace("gue", "Ge").replace("gui", "Gi").replace("ge", "je").replace("gi", "ji").replace("G", "g")
    w = w.replace("ce", "se").replace("ci", "si").replace("c", "k")
    w = w.replace("z", "s").replace("x", "s").replace("v", "b").replace("w", "u")
    w = w.replace("np", "mp").replace("nb", "mb")
    if w.startswith("ps"):
        w = w[1:]
    if "i" in w:
        w = _I_AS_Y.sub("y", w)
    if not stem:
        if w.endswith("y"):
            w = w[:-1] + "i"
        elif w.endswith("ao") and len(w) > 3:
            w = w[:-1] + "do"
    return _RUN.sub(r"\1", w)


class Speller:
    """Reads a typed word as the words of the signals: abbreviations, slips of the finger, words run together.

    `spellings`: typed word -> the words meant. `typos`: words recognised with one letter wrong, missing or
    too many. `vocabulary`: the folded words of all phrases, `stems` the beginnings of words; what they know
    as it stands is never changed.
    """

    def __init__(
        self,
        spellings: Mapping[str, str],
        typos: Iterable[str],
        vocabulary: Iterable[str],
        stems: Iterable[str],
    ) -> None:
        self._vocabulary = frozenset(vocabulary)
        self._stems = tuple(sorted(stems))
        self._longest = max(map(len, self._vocabulary), default=0)
        self._spellings = {
            clean(typed): tuple(map(fold, clean(meant).split())) for typed, meant in spellings.items()
        }
        self._typos: dict[str, str] = {}
        for word in map(fold, map(clean, typos)):
            for near in (word, *_shorter(word)):
                self._typos.setdefault(near, word)
        self._read: dict[str, tuple[str, ...]] = {}

    def known(self, word: str) -> bool:
        """Whether this typed word, as it stands, is one that the phrases use."""
        return fold(word[:_LONGEST]) in self._vocabulary or word in self._spellings

    def read(self, raw: str) -> tuple[str, ...]:
        """The folded words that a typed word stands for."""
        found = self._read.get(raw)
        if found is None:
            found = self._look_up(raw[:_LONGEST])
            if len(self._read) >= _CACHE:
                self._read = {}
            if len(raw) <= _LONGEST:
                self._read[raw] = found
        return found

    def _look_up(self, raw: str) -> tuple[str, ...]:
        meant = self._spellings.get(raw)
        if meant is not None:
            return meant
        word = fold(raw)
        if word in self._vocabulary or raw.isdigit() or word.startswith(self._stems):
            return (word,)
        if raw != word:
            meant = self._spellings.get(_RUN.sub(r"\1", raw))
            if meant is not None:
                return meant
        if len(word) >= 6:
            near = self._near(word)
            if near is not None:
                return (near,)
            return self._apart(word) or (word,)
        return (word,)

    def _near(self, word: str) -> str | None:
        if word in self._typos:
            return self._typos[word]
        for shorter in _shorter(word):
            near = self._typos.get(shorter)
            if near is not None and near[0] == word[0] and abs(len(near) - len(word)) <= 1:
                return near
        return None

    def _apart(self, word: str) -> tuple[str, ...] | None:
        """Words run together, if all of it is words of the phrases: "mequieromatar"."""
        size = len(word)
        best: list[tuple[str, ...] | None] = [None] * (size + 1)
        best[0] = ()
        for start in range(size):
            before = best[start]
            if before is None:
                continue
            for end in range(start + 1, min(start + self._longest, size) + 1):
                piece = word[start:end]
                if piece in self._vocabulary and (len(piece) > 1 or piece in "aio"):
                    there = best[end]
                    if there is None or len(there) > len(before) + 1:
                        best[end] = (*before, piece)
        found = best[size]
        return found if found and any(len(piece) >= 4 for piece in found) else None


def _shorter(word: str) -> list[str]:
    return [word[:i] + word[i + 1 :] for i in range(len(word))] if len(word) >= 6 else []
