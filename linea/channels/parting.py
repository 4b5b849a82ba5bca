"""Parts a long text where a reader would pause, never inside a word that fits."""

from __future__ import annotations

import re

# Where a text may be parted, best place first.
_BREAKS = tuple(map(re.compile, (r"\n\s*\n", r"\n", r"(?<=[.!?…])\s+", r"\s+")))
_SPACE = re.compile(r"\s+")


def parts(text: str, limit: int) -> list[str]:
    """The text in pieces of at most `limit` units, in order and whole; none when it is blank.

    Parted between paragraphs, else lines, else sentences, else words; a word is cut only where it is
    longer than a whole piece.
    """
    found, rest = [], text.strip()
    while not within(rest, limit):
        cut = _cut(rest, limit)
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*found, rest] if rest else found


def within(text: str, limit: int) -> bool:
    """Whether the text has at most `limit` characters, counted in UTF-16 units, which is never too few."""
    return len(text) <= limit and len(text.encode("utf-16-le", "surrogatepass")) // 2 <= limit


def _cut(text: str, limit: int) -> int:
    """The place to part a text too long: the best break in the second half of what fits, else the last."""
    units, fitting = 0, len(text)
    for place, character in enumerate(text):
        units += 2 if ord(character) > 0xFFFF else 1
        if units > limit:
            fitting = place
            break
    for breaks in _BREAKS:
        places = [found.start() for found in breaks.finditer(text, 0, fitting + 1)]
        if places and places[-1] > fitting // 2:
            return places[-1]
    spaces = [found.start() for found in _SPACE.finditer(text, 0, fitting + 1)]
    return spaces[-1] if spaces else fitting
