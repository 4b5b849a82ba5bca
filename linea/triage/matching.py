"""Where phrases stand in a text: each is tried only around its rarest word, by its own expression."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate

from linea.triage import normalise, patterns
from linea.triage.patterns import Choice, Gap, Node, Word

_SHORT = 60  # up to so many words and pauses the whole text is searched at once


class Message:
    """The words of one message in one string, each after a blank; pauses too: " me quiero , morir . hola"."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = tokens
        self.text = " ".join(("", *tokens))
        self.places: dict[str, list[int]] = {}  # word -> where in the row of words and pauses
        for number, token in enumerate(tokens):
            self.places.setdefault(token, []).append(number)
        for pause in normalise.BREAKS:
            self.places.pop(pause, None)
        self._words = set(self.places)
        self._beginnings: dict[int, set[str]] = {}

    @property
    def size(self) -> int:
        """Words and pauses."""
        return len(self._tokens)

    @cached_property
    def _at(self) -> list[int]:
        """Where each word or pause begins in the text, and where the text ends."""
        return list(accumulate((len(token) + 1 for token in self._tokens), initial=0))

    def has(self, demand: Word) -> bool:
        """Whether one of the words is in the message."""
        if not demand.exact.isdisjoint(self._words):
            return True
        return any(stem in self._beginning(len(stem)) for stem in demand.stems)

    def near(self, words: list[int], demand: Word, reach: int) -> list[int]:
        """Those of the words that have one of the demanded within `reach` words."""
        others = [place for word in demand.exact & self._words for place in self.places[word]]
        if demand.stems:
            starting = tuple(demand.stems)
            words_so = [word for word in self._words if word.startswith(starting)]
            others += [place for word in words_so for place in self.places[word]]
        others.sort()
        found = []
        for word in words:
            following = bisect.bisect_left(others, word - reach)
            if following < len(others) and others[following] <= word + reach:
                found.append(word)
        return found

    def around(self, words: Iterable[int], reach: int) -> Iterator[tuple[int, int]]:
        """The stretches of the text that lie within `reach` words of the given ones, from left to right."""
        begin = end = -1
        last = len(self._tokens)
        for word in sorted(words):
            if begin >= 0 and word - reach <= end:
                end = word + reach
                continue
            if begin >= 0:
                yield self._at[begin], self._at[end]
            begin, end = max(word - reach, 0), word + reach
        if begin >= 0:
            yield self._at[begin], self._at[min(end, last)]

    def _beginning(self, size: int) -> set[str]:
        found = self._beginnings.get(size)
        if found is None:
            found = self._beginnings[size] = {word[:size] for word in self._words}
        return found


class Phrase:
    """One phrase, ready to be looked for. `through_pauses`: it may run over a pause after a negation."""

    def __init__(self, node: Node, through_pauses: bool) -> None:
        self._node = node
        self._pause = "(?: [,;!])?" if through_pauses else ""
        self._reach = 2 * _longest(node)  # a pause after each word
        demands = sorted(patterns.demands(node), key=patterns.frequency)
        self.key = demands[0]
        self._others = demands[1:]

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        # Made when first needed: a thousand of them would keep the worker from starting for a second or two.
        return re.compile(_expression(self._node, self._pause), re.ASCII)

    def spans(self, message: Message, keys: list[int]) -> Iterator[tuple[int, int]]:
        """First and last character of every match; `keys` are the places of this phrase's key words."""
        for demand in self._others:
            if not message.has(demand):
                return
        if message.size <= _SHORT:
            stretches: Iterable[tuple[int, int]] = ((0, len(message.text)),)
        else:
            if self._others:
                keys = message.near(keys, self._others[0], self._reach)
            stretches = message.around(keys, self._reach)
        for begin, end in stretches:
            found = self._expression.search(message.text, begin, end)
            while found is not None:
                last = found.end()
                yield found.start(), last - 2 if message.text[last - 1] in normalise.BREAKS else last
                found = self._expression.search(message.text, found.start() + 1, end)


class Index:
    """All phrases by their rarest words."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._exact: dict[str, list[int]] = {}
        self._stems: dict[str, list[int]] = {}
        for number, phrase in enumerate(phrases):
            for word in phrase.key.exact:
                self._exact.setdefault(word, []).append(number)
            for stem in phrase.key.stems:
                self._stems.setdefault(stem, []).append(number)
        self._stem_sizes = sorted({len(stem) for stem in self._stems})

    def candidates(self, message: Message) -> dict[int, list[int]]:
        """Numbers of the phrases whose key word is in the message, each with the places of those words."""
        found: dict[int, list[int]] = {}
        for word, places in message.places.items():
            for number in self._exact.get(word, ()):
                found.setdefault(number, []).extend(places)
            for size in self._stem_sizes:
                if size > len(word):
                    break
                for number in self._stems.get(word[:size], ()):
                    found.setdefault(number, []).extend(places)
        return found


class Spans:
    """Stretches of a text, asked whether they share a character with another."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(spans):
            if self._ends and start < self._ends[-1]:
                self._ends[-1] = max(end, self._ends[-1])
            else:
                self._starts.append(start)
                self._ends.append(end)

    def overlap(self, start: int, end: int) -> bool:
        before = bisect.bisect_left(self._starts, end)
        return before > 0 and self._ends[before - 1] > start


def _longest(node: Node) -> int:
    """The most words a match can have."""
    if isinstance(node, Word):
        return 1
    if isinstance(node, Gap):
        return node.most
    if isinstance(node, Choice):
        return max(map(_longest, node.options))
    return sum(map(_longest, node.parts))


def _expression(node: Node, pause: str) -> str:
    if isinstance(node, Word):
        options = [(word, "") for word in node.exact] + [(stem, r"\w*") for stem in node.stems]
        return rf" {_alternatives(sorted(options))}\b{pause}"
    if isinstance(node, Gap):
        return rf"(?: \w+{pause}){{0,{node.most}}}?"
    if isinstance(node, Choice):
        return f"(?:{'|'.join(_expression(option, pause) for option in node.options)})"
    return "".join(_expression(part, pause) for part in node.parts)


def _alternatives(options: list[tuple[str, str]]) -> str:
    """One of the words, with shared beginnings tried once: as quick for a hundred words as for ten."""
    groups: dict[str, list[tuple[str, str]]] = {}
    done: list[str] = []
    for rest, ending in options:
        if rest:
            groups.setdefault(rest[0], []).append((rest[1:], ending))
        else:
            done.append(ending)
    branches = [letter + _alternatives(rests) for letter, rests in groups.items()]
    branches += sorted(done, reverse=True)
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
