"""Text as people type it -> plain words and pauses, the same whatever the accents, case, emoji or spacing."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable

# A WhatsApp text holds at most 4,096 characters, an SMS 1,600; a burst of messages is read together. Of anything
# longer the head and the tail are read, so that a hostile text costs a bounded time.
HALF = 8_192
RAW_HALF = 131_072  # invisible characters are dropped before the text is measured; this bounds that work

# Pauses between words. A phrase may run over SOFT, NEW and DENIED, never over HARD; an idiom never over DENIED.
HARD = "."  # the end of a sentence
SOFT = ","  # comma, colon, brackets, dots trailing off
NEW = ";"  # a new line, or the end of a sentence of one word ("me. quiero. morir.")
DENIED = "!"  # a pause right after a negation: "no, me quiero matar" denies nothing
BREAKS = frozenset((HARD, SOFT, NEW, DENIED))
SENTENCE_ENDS = frozenset((HARD, NEW, DENIED))

_NEGATIONS = frozenset(("no", "ni", "sin", "nunca", "jamas", "tampoco", "nada"))


def _invisible() -> re.Pattern[str]:
    """Marks, format and control characters: what is no letter and takes no room on the screen."""
    ranges: list[str] = []
    start = None
    for code in [*range(0x10000), sys.maxunicode]:
        hidden = unicodedata.category(chr(code)) in ("Mn", "Me", "Cf", "Cc") and code not in (9, 10, 11, 12, 13, 0x85)
        if hidden and start is None:
            start = code
        elif not hidden and start is not None:
            ranges.append(f"{re.escape(chr(start))}-{re.escape(chr(code - 1))}")
            start = None
    return re.compile("[" + "".join(ranges) + "\U000e0000-\U000e0fff\U0001f3fb-\U0001f3ff]+")


_INVISIBLE = _invisible()

# Letters that only look like ours (Cyrillic, Greek), letters in boxes, and the one emoji that is a word.
_LOOKALIKES = {
    **dict(zip(map(ord, "аеорсухікмтнвїё"), "aeopcyxikmtnvie", strict=True)),
    **dict(zip(map(ord, "αοειυτκνμρ"), "aoeiutkvmp", strict=True)),
    **{base + i: chr(97 + i) for base in (0x1F150, 0x1F170, 0x1F1E6) for i in range(26)},
    0x1F198: " sos ",
    0x131: "i",
}
_PIECE = r"[a-z0-9@$]"
_TOKEN = re.compile(rf"{_PIECE}+(?:[^\sa-z0-9@$]{{1,4}}{_PIECE}+)*")
_INNER = re.compile(r"([^a-z0-9@$]+)")
_DIGIT_LETTERS = str.maketrans("013457@$!|", "oieastasii")
_NUMBER_AND_UNIT = re.compile(r"\d+[a-z]{1,2}|[a-z]+\d{2,}|\d{3,}[a-z]+")
_DIGITS_OR_LETTERS = re.compile(r"\d+|[a-z]+")


def clean(text: str) -> str:
    """Lower case without accents, marks, invisible or look-alike characters, at most 2 * HALF long. Never raises."""
    if len(text) > 2 * RAW_HALF:
        text = f"{text[:RAW_HALF]}\n{text[-RAW_HALF:]}"
    if not text.isascii() or not text.isprintable():
        text = _INVISIBLE.sub("", text)
    if len(text) > 2 * HALF:
        text = f"{text[:HALF]} . {text[-HALF:]}"
    if text.isascii():
        return text.lower()
    # Look-alikes once before folding compatibility forms (boxed letters) and once after (accented Cyrillic).
    text = unicodedata.normalize("NFKD", text.lower().translate(_LOOKALIKES))
    return _INVISIBLE.sub("", text).casefold().translate(_LOOKALIKES)[: 4 * HALF]


def words(text: str, read: Callable[[str], tuple[str, ...]], known: Callable[[str], bool]) -> list[str]:
    """The words of a text, each as `read` spells it, with the pauses between them (`BREAKS`).

    `known` says whether letters typed apart ("su-ici.dio") make a word that matters when joined.
    """
    text = clean(text)
    out: list[str] = []
    since_stop = 0  # words since the last sentence ended
    last_end = 0
    letters: list[tuple[str, int]] = []  # single letters in a row, each with the width of the gap before it

    def pause(kind: str) -> None:
        nonlocal since_stop
        if kind == HARD and since_stop <= 1:
            kind = NEW
        if kind in (HARD, NEW):
            since_stop = 0
        if out and out[-1] not in BREAKS:
            out.append(DENIED if kind != HARD and out[-1] in _NEGATIONS else kind)
        elif out and kind == HARD:
            out[-1] = HARD

    def say(raw: str) -> None:
        nonlocal since_stop
        out.extend(read(raw))
        since_stop += 1

    def flush() -> None:
        if len(letters) >= 4:
            for word in _join_letters(letters):
                say(word)
        else:
            for letter, _ in letters:
                say(letter)
        letters.clear()

    for match in _TOKEN.finditer(text):
        gap = text[last_end : match.start()]
        last_end = match.end()
        token = match.group()
        if gap.isspace() and "\n" not in gap and "\r" not in gap:
            kind = None
        else:
            kind = _pause_in(gap)
        if len(token) == 1 and token.isalpha() and kind is None:
            letters.append((token, len(gap)))
            continue
        flush()
        if kind is not None:
            pause(kind)
        if len(token) == 1 and token.isalpha():
            letters.append((token, 0))
        elif token.isalpha():
            say(token)
        else:
            _say_mixed(token, say, pause, known)
    flush()
    return out


def _pause_in(gap: str) -> str | None:
    """The pause that lies in what stands between two words."""
    if "!" in gap or "?" in gap or ";" in gap:
        return HARD
    if "." in gap and ".." not in gap:
        return HARD
    if "\n" in gap or "\r" in gap:
        return NEW
    if any(mark in gap for mark in ".,:()\"—–"):
        return SOFT
    return None


def _join_letters(letters: list[tuple[str, int]]) -> list[str]:
    """Letters typed apart, joined; wider gaps part words: "m e  m a t o" -> "me", "mato"."""
    narrow = min(width for _, width in letters[1:])
    joined = letters[0][0]
    for letter, width in letters[1:]:
        joined += letter if width <= narrow else f" {letter}"
    return joined.split()


def _say_mixed(
    token: str, say: Callable[[str], None], pause: Callable[[str], None], known: Callable[[str], bool]
) -> None:
    """A token with digits or marks in it: "m4tar", "m.a.t.a.r", "hola.me", "92%", "85de"."""
    parts = _INNER.split(token)
    pieces = parts[::2]
    if len(pieces) > 1:
        joined = "".join(pieces).translate(_DIGIT_LETTERS)
        as_letters = token.translate(_DIGIT_LETTERS)
        if (len(pieces) > 2 and all(len(piece) == 1 for piece in pieces)) or known(joined):
            say(joined)
            return
        if as_letters.isalpha() and known(as_letters):
            say(as_letters)
            return
    for index, piece in enumerate(pieces):
        if index:
            mark = parts[2 * index - 1]
            if any(sign in mark for sign in ".,;:!?"):
                pause(SOFT)
        if piece.isalpha():
            say(piece)
        elif piece.isdigit():
            say(piece)
        elif _NUMBER_AND_UNIT.fullmatch(piece):
            for part in _DIGITS_OR_LETTERS.findall(piece):
                say(part)
        else:
            letters = piece.lstrip("$").translate(_DIGIT_LETTERS)
            for part in _DIGITS_OR_LETTERS.findall(letters):
                say(part)
