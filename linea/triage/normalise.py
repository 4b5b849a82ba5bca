"""Text as people type it -> plain words and pauses, the same whatever the accents, case, emoji or spacing."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Iterator

# A WhatsApp text holds at most 4,096 characters, an SMS 1,600; a burst of messages is read together. Of
# anything longer the head and the tail are read, so that a hostile text costs a bounded time.
HALF = 8_192
RAW_HALF = 131_072  # invisible characters are dropped before the text is measured; this bounds that work

# Pauses between words. A phrase may run over SOFT, NEW and DENIED, never over HARD; an idiom not over DENIED.
HARD = "."  # the end of a sentence
SOFT = ","  # comma, colon, brackets
NEW = ";"  # a new line, dots trailing off, the end of a sentence of one word ("me. quiero. morir.")
DENIED = "!"  # a pause right after a negation: "no, me quiero matar" denies nothing
BREAKS = frozenset((HARD, SOFT, NEW, DENIED))
SENTENCE_ENDS = frozenset((HARD, NEW, DENIED))

_NEGATIONS = frozenset(("no", "ni", "sin", "nunca", "jamas", "tampoco", "nada"))


def _invisible() -> re.Pattern[str]:
    """Marks, format and control characters: what is no letter and takes no room on the screen."""
    ranges: list[str] = []
    start = None
    for code in [*range(0x10000), sys.maxunicode]:
        hidden = unicodedata.category(chr(code)) in ("Mn", "Me", "Cf", "Cc") and not chr(code).isspace()
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
    **{base + i: chr(97 + i) for base in (0x1F150, 0x1F170) for i in range(26)},
    0x1F198: " sos ",
    ord("ı"): "i",
    ord("ß"): "ss",
}
# Pictures between words part them; those that are letters in boxes, and SOS, have been read by then.
_PICTURES = re.compile("[\u2190-\u2bff\U0001f000-\U0001faff]+")
_PIECE = r"[a-z0-9@$]"
_TOKEN = re.compile(rf"{_PIECE}+(?:[^\sa-z0-9@$]{{1,4}}{_PIECE}+)*")
_INNER = re.compile(r"([^a-z0-9@$]+)")
_DIGIT_LETTERS = str.maketrans("013457@$!|", "oieastasii")
_NUMBER_AND_UNIT = re.compile(r"\d+[a-z]{1,2}|[a-z]+\d{2,}|\d{3,}[a-z]+")
_DIGITS_OR_LETTERS = re.compile(r"\d+|[a-z]+")
_SPACED_LETTERS = re.compile(rf"(?<!{_PIECE}){_PIECE}(?:[^\S\n]{{1,20}}{_PIECE}){{3,}}(?!{_PIECE})")
_LINE_END = re.compile(r"\s*[\n\r\v\f\x85\u2028\u2029]\s*")
_WEIGHT = {SOFT: 0, DENIED: 1, NEW: 2, HARD: 3}
_STRETCH = 60  # letters of a stretch that is remembered
_MOST_STRETCHES = 30_000


def clean(text: str) -> str:
    """Lower case without accents, invisible or look-alike characters, at most 4 * HALF long. Never raises."""
    if len(text) > 2 * RAW_HALF:
        text = f"{text[:RAW_HALF]}\n{text[-RAW_HALF:]}"
    if not text.isascii() or not text.isprintable():
        text = _INVISIBLE.sub("", text)
    if len(text) > 2 * HALF:
        text = f"{text[:HALF]} . {text[-HALF:]}"
    if text.isascii():
        return text.lower()
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKD", text.lower()))
    if not text.isascii():
        text = _PICTURES.sub(" ", text.translate(_LOOKALIKES))
    return text[: 4 * HALF]


class Reader:
    """Splits texts into words. `read` spells a typed word; `known` says whether it is one that matters.

    What a stretch without blanks stands for is remembered, so that a usual message costs a look-up a word.
    """

    def __init__(self, read: Callable[[str], tuple[str, ...]], known: Callable[[str], bool]) -> None:
        self._read = read
        self._known = known
        self._plain: dict[str, str] = {}  # stretch -> its one word
        self._stretches: dict[str, tuple[str, ...]] = {}

    def words(self, text: str) -> list[str]:
        """The words of a text as `read` spells them, with the pauses between them (`BREAKS`)."""
        text = clean(text)
        if _SPACED_LETTERS.search(text):
            text = _SPACED_LETTERS.sub(_joined, text)
        out: list[str] = []
        since_stop = 0  # words since the last sentence ended
        plain, remembered = self._plain, self._stretches
        for stretch in _LINE_END.sub(f" {NEW} ", text).split():
            word = plain.get(stretch)
            if word is not None:
                out.append(word)
                since_stop += 1
                continue
            tokens = remembered.get(stretch)
            if tokens is None:
                tokens = self._remember(stretch)
            for token in tokens:
                if token not in BREAKS:
                    out.append(token)
                    since_stop += 1
                    continue
                if token == HARD and since_stop <= 1:
                    token = NEW
                if token in (HARD, NEW):
                    since_stop = 0
                if out and out[-1] not in BREAKS:
                    out.append(DENIED if token != HARD and out[-1] in _NEGATIONS else token)
                elif out and _WEIGHT[token] > _WEIGHT[out[-1]]:
                    out[-1] = token
        return out

    def _remember(self, stretch: str) -> tuple[str, ...]:
        tokens = tuple(self._split(stretch))
        if len(stretch) <= _STRETCH:
            if len(self._stretches) + len(self._plain) >= _MOST_STRETCHES:
                self._stretches, self._plain = {}, {}
            if len(tokens) == 1 and tokens[0] not in BREAKS:
                self._plain[stretch] = tokens[0]
            else:
                self._stretches[stretch] = tokens
        return tokens

    def _split(self, stretch: str) -> Iterator[str]:
        """Words and pauses of a stretch without blanks: "pecho?", "hola.me", "m4tar", "m.a.t.a.r"."""
        last_end = 0
        for match in _TOKEN.finditer(stretch):
            yield from _pause_in(stretch[last_end : match.start()])
            last_end = match.end()
            token = match.group()
            yield from self._read(token) if token.isalpha() else self._mixed(token)
        yield from _pause_in(stretch[last_end:])

    def _mixed(self, token: str) -> Iterator[str]:
        """A token with digits or marks in it: "m4tar", "su-ici.dio", "hola.me", "92%", "85de"."""
        parts = _INNER.split(token)
        pieces = parts[::2]
        if len(pieces) > 1:
            joined = "".join(pieces).translate(_DIGIT_LETTERS)
            as_letters = token.translate(_DIGIT_LETTERS)
            if (len(pieces) > 2 and all(len(piece) == 1 for piece in pieces)) or self._known(joined):
                yield from self._read(joined)
                return
            if as_letters.isalpha() and self._known(as_letters):
                yield from self._read(as_letters)
                return
        for index, piece in enumerate(pieces):
            if index and any(sign in parts[2 * index - 1] for sign in ".,;:!?"):
                yield SOFT
            if piece.isalnum() and (piece.isalpha() or piece.isdigit()):
                yield from self._read(piece)
                continue
            if not _NUMBER_AND_UNIT.fullmatch(piece):
                piece = piece.lstrip("$").translate(_DIGIT_LETTERS)
            for part in _DIGITS_OR_LETTERS.findall(piece):
                yield from self._read(part)


def _pause_in(gap: str) -> tuple[str, ...]:
    """The pause that lies in what stands between two words, if any."""
    if "!" in gap or "?" in gap or ("." in gap and ".." not in gap):
        return (HARD,)
    if NEW in gap or ".." in gap:
        return (NEW,)
    return (SOFT,) if any(mark in gap for mark in '.,:()"—–') else ()


def _joined(match: re.Match[str]) -> str:
    """Letters typed apart, joined; wider gaps part words: "m e  m a t o" -> "me mato"."""
    letters = match.group()
    gaps = re.findall(r"\s+", letters)
    narrow = min(map(len, gaps))
    return re.sub(r"\s+", lambda gap: "" if len(gap.group()) <= narrow else " ", letters)
