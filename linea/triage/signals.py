"""Text -> colour, with its reason: the signals of data/triage over the words of a message. Pure; no network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from linea.triage import normalise, patterns
from linea.triage.automaton import Automaton, Ending
from linea.triage.patterns import Node, PatternError
from linea.triage.reading import COLOURS, KINDS, URGENCIES, Finding, Lists, Signal, Text, TriageError, read_folder
from linea.triage.spelling import Speller, fold

Colour = Literal["none", "green", "yellow", "red"]
Urgency = Literal["none", "appointment", "today", "now"]

PADDING = "cortesía"  # the list of words that may stand around a phrase of `alone`


@dataclass(frozen=True)
class Triage:
    """How a message is to be taken.

    `urgency`: how soon a person must see it. `alarm`: medical; always red. `line`: the fixed text that goes out at
    once, None where the assistant answers. `kind` and `signal` name the reason, None without a colour.
    """

    colour: Colour
    urgency: Urgency
    alarm: bool
    kind: str | None
    signal: str | None
    line: str | None


NONE = Triage("none", "none", False, None, None, None)


@dataclass(frozen=True)
class Fired:
    """A signal that fired, and the words that made it."""

    signal: str
    colour: str
    urgency: str
    words: str


@dataclass(frozen=True)
class _Use:
    """What a pattern is for."""

    signal: int
    role: Literal["phrase", "alone", "unless"]


class Signals:
    """All signals, compiled. One object serves all messages; `load` makes it."""

    def __init__(self, lists: Lists, signals: list[Signal]) -> None:
        self.signals = tuple(signals)
        findings: list[Finding] = []
        named = _named_lists(lists, findings)
        nodes: list[Node] = []
        self._uses: list[_Use] = []
        for number, signal in enumerate(signals):
            for role, texts in (("phrase", signal.phrases), ("alone", signal.alone), ("unless", signal.unless)):
                for text in texts:
                    node = _parse(signal.path, text, named, findings)
                    if node is not None:
                        nodes.append(node)
                        self._uses.append(_Use(number, cast(Literal["phrase", "alone", "unless"], role)))
        if findings:
            raise TriageError(findings)
        padding = named.get(PADDING)
        self._padding = frozenset(patterns.vocabulary(padding)) if padding is not None else frozenset()
        vocabulary = {word for node in nodes for word in patterns.vocabulary(node)} | self._padding
        vocabulary.update(fold(word) for meant in lists.spellings.values() for word in meant.split())
        stems = {stem for node in nodes for stem in patterns.stems(node)}
        self._speller = Speller(lists.spellings, lists.typos, vocabulary, stems)
        self._automaton = Automaton(nodes, [use.role != "unless" for use in self._uses])

    def classify(self, text: str) -> Triage:
        """The colour of one message (or of a burst, one message a line). Never raises; empty text is `none`."""
        tokens = self._words(text)
        best: tuple[int, int, int] | None = None
        chosen: Signal | None = None
        alarm = False
        for number, _ in self._fired(tokens):
            signal = self.signals[number]
            alarm = alarm or signal.alarm
            rank = (COLOURS.index(signal.colour), URGENCIES.index(signal.urgency), -KINDS.index(signal.kind))
            if best is None or rank > best:
                best, chosen = rank, signal
        if chosen is None:
            return NONE
        colour, urgency = cast(Colour, chosen.colour), cast(Urgency, chosen.urgency)
        return Triage(colour, urgency, alarm, chosen.kind, chosen.id, chosen.line)

    def explain(self, text: str) -> list[Fired]:
        """Every signal that fires on the text, with the words (as they were understood) that made it fire."""
        tokens = self._words(text)
        fired = []
        for number, (start, end) in self._fired(tokens):
            signal = self.signals[number]
            words = " ".join(token for token in tokens[start : end + 1] if token not in normalise.BREAKS)
            fired.append(Fired(signal.id, signal.colour, signal.urgency, words))
        return fired

    def fires(self, signal_id: str, text: str) -> bool:
        """Whether this signal fires on the text, whatever the others do."""
        return any(self.signals[number].id == signal_id for number, _ in self._fired(self._words(text)))

    def _words(self, text: str) -> list[str]:
        return normalise.words(text, self._speller.read, self._speller.known)

    def _fired(self, tokens: list[str]) -> Iterator[tuple[int, tuple[int, int]]]:
        """Each signal that fires, once, with the first and last token of the match that nothing cancels."""
        endings: dict[int, list[Ending]] = {}
        cancels: dict[int, list[Ending]] = {}
        for ending in self._automaton.endings(tokens):
            use = self._uses[ending.pattern]
            (cancels if use.role == "unless" else endings).setdefault(use.signal, []).append(ending)
        for number, found in endings.items():
            spans: list[tuple[int, int]] | None = None
            for ending in found:
                start = self._automaton.start_of(ending, tokens)
                if self._uses[ending.pattern].role == "alone" and not self._is_alone(tokens, start, ending.end):
                    continue
                if spans is None:
                    cancelling = cancels.get(number, ())
                    spans = [(self._automaton.start_of(cancel, tokens), cancel.end) for cancel in cancelling]
                if not any(first <= ending.end and start <= last for first, last in spans):
                    yield number, (start, ending.end)
                    break

    def _is_alone(self, tokens: list[str], start: int, end: int) -> bool:
        """Whether the match is a whole sentence, apart from greetings and courtesy."""
        for step, at in ((-1, start - 1), (1, end + 1)):
            while 0 <= at < len(tokens) and tokens[at] not in normalise.SENTENCE_ENDS:
                if tokens[at] not in normalise.BREAKS and tokens[at] not in self._padding:
                    return False
                at += step
        return True


def load(folder: Path | str) -> Signals:
    """The signals of a folder, each tried on its own examples. Raises TriageError with every fault it finds."""
    lists, signals, findings = read_folder(Path(folder))
    if findings:
        raise TriageError(findings)
    compiled = Signals(lists, signals)
    findings = [finding for signal in signals for finding in _failing_examples(compiled, signal)]
    if findings:
        raise TriageError(findings)
    return compiled


def _failing_examples(compiled: Signals, signal: Signal) -> Iterator[Finding]:
    for example in signal.fires_on:
        if not compiled.fires(signal.id, example.value):
            yield Finding(
                signal.path,
                example.line,
                f"«{example.value}» debería encender «{signal.id}» y no lo hace: agrega una frase o quita una de unless",
            )
    for example in signal.silent_on:
        if compiled.fires(signal.id, example.value):
            yield Finding(
                signal.path,
                example.line,
                f"«{example.value}» no debería encender «{signal.id}» y lo hace: estrecha la frase o agrégala a unless",
            )


def _named_lists(lists: Lists, findings: list[Finding]) -> dict[str, Node]:
    """Lists in the order of the file; a list may use those above it."""
    named: dict[str, Node] = {}
    for name, texts in lists.lists.items():
        options = [node for text in texts if (node := _parse(lists.path, text, named, findings)) is not None]
        if options:
            named[name] = patterns.merge(options) if len(options) > 1 else options[0]
    return named


def _parse(path: Path, text: Text, named: Mapping[str, Node], findings: list[Finding]) -> Node | None:
    try:
        return patterns.parse(text.value, named)
    except PatternError as error:
        findings.append(Finding(path, text.line, f"«{text.value}»: {error}"))
        return None
