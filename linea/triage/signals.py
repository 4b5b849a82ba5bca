"""Text -> colour, with its reason: the signals of data/triage over the words of a message. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from linea.triage import normalise, patterns
from linea.triage.matching import Index, Message, Phrase, Spans
from linea.triage.patterns import Node, PatternError
from linea.triage.reading import (
    COLOURS,
    KINDS,
    URGENCIES,
    Finding,
    Lists,
    Signal,
    Text,
    TriageError,
    read_folder,
)
from linea.triage.spelling import Speller, fold

Colour = Literal["none", "green", "yellow", "red"]
Urgency = Literal["none", "appointment", "today", "now"]

Role = Literal["phrase", "alone", "unless"]

COURTESY = "cortesía"  # the list of words that may stand around a phrase of `alone`
_SENTENCE = 400  # characters around such a phrase that are looked at
_SENTENCE_END = re.compile("[" + re.escape("".join(normalise.SENTENCE_ENDS)) + "]")
_WORD = re.compile(r"\w+", re.ASCII)


@dataclass(frozen=True)
class Triage:
    """How a message is to be taken.

    `urgency`: how soon a person must see it. `alarm`: medical; always red. `line`: the fixed text that goes
    out at once, None where the assistant answers. `kind` and `signal` name the reason, None without a colour.
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
    """What a phrase is for."""

    signal: int
    role: Role


class Signals:
    """All signals, compiled. One object serves all messages; `load` makes it."""

    def __init__(self, lists: Lists, signals: list[Signal]) -> None:
        self.signals = tuple(signals)
        findings: list[Finding] = []
        named = _named_lists(lists, findings)
        nodes: list[Node] = []
        self._uses: list[_Use] = []
        for number, signal in enumerate(signals):
            roles: tuple[tuple[Role, tuple[Text, ...]], ...] = (
                ("phrase", signal.phrases),
                ("alone", signal.alone),
                ("unless", signal.unless),
            )
            for role, texts in roles:
                for text in texts:
                    node = _parse(signal.path, text, named, findings)
                    if node is not None:
                        nodes.append(node)
                        self._uses.append(_Use(number, role))
        if findings:
            raise TriageError(findings)
        courtesy = named.get(COURTESY)
        self._courtesy = frozenset(patterns.vocabulary(courtesy)) if courtesy is not None else frozenset()
        vocabulary = {word for node in nodes for word in patterns.vocabulary(node)} | self._courtesy
        meanings = " ".join(lists.spellings.values())
        vocabulary.update(fold(word) for word in normalise.clean(meanings).split())
        stems = {stem for node in nodes for stem in patterns.stems(node)}
        speller = Speller(lists.spellings, lists.typos, vocabulary, stems)
        self._reader = normalise.Reader(speller.read, speller.known)
        self._phrases = [
            Phrase(node, through_pauses=use.role != "unless")
            for node, use in zip(nodes, self._uses, strict=True)
        ]
        self._index = Index(self._phrases)

    def classify(self, text: str) -> Triage:
        """The colour of a message (or of a burst, one message a line). Never raises; empty text is `none`."""
        return self.judge(self.tokens(text))

    def tokens(self, text: str) -> list[str]:
        """The words of a text as the phrases spell them, and the pauses between (`normalise.BREAKS`)."""
        return self._reader.words(text)

    def judge(self, tokens: Sequence[str]) -> Triage:
        """The colour of the words and pauses of a message."""
        return self._highest(self._fired(Message(tokens)))

    def judge_and_rest(self, tokens: Sequence[str]) -> tuple[Triage, list[str]]:
        """The colour, and the words and pauses without those that an idiom of `unless` switched off."""
        hidden: list[tuple[int, int]] = []
        found = self._highest(self._fired(Message(tokens), hidden))
        return found, _without(tokens, Spans(hidden)) if hidden else list(tokens)

    def explain(self, text: str) -> list[Fired]:
        """Every signal that fires on the text, with the words (as they were understood) that made it fire."""
        message = Message(self.tokens(text))
        return [
            Fired(signal.id, signal.colour, signal.urgency, message.text[start:end].strip())
            for signal, (start, end) in self._fired(message)
        ]

    def _highest(self, fired: Iterable[tuple[Signal, tuple[int, int]]]) -> Triage:
        best: tuple[int, int, int] | None = None
        chosen: Signal | None = None
        alarm = False
        for signal, _ in fired:
            alarm = alarm or signal.alarm
            rank = (COLOURS.index(signal.colour), URGENCIES.index(signal.urgency), -KINDS.index(signal.kind))
            if best is None or rank > best:
                best, chosen = rank, signal
        if chosen is None:
            return NONE
        colour, urgency = cast(Colour, chosen.colour), cast(Urgency, chosen.urgency)
        return Triage(colour, urgency, alarm, chosen.kind, chosen.id, chosen.line)

    def fires(self, signal_id: str, text: str) -> bool:
        """Whether this signal fires on the text, whatever the others do."""
        return any(signal.id == signal_id for signal, _ in self._fired(Message(self.tokens(text))))

    def _fired(
        self, message: Message, hidden: list[tuple[int, int]] | None = None
    ) -> Iterator[tuple[Signal, tuple[int, int]]]:
        """Each signal that fires, once, with the first match that nothing cancels.

        Into `hidden` goes every match that an idiom cancels; finding them all takes longer.
        """
        candidates: dict[int, dict[Role, list[tuple[Phrase, list[int]]]]] = {}
        for number, places in self._index.candidates(message).items():
            use = self._uses[number]
            of_signal = candidates.setdefault(use.signal, {})
            of_signal.setdefault(use.role, []).append((self._phrases[number], places))
        for number in sorted(candidates):
            match = self._match(message, candidates[number], hidden)
            if match is not None:
                yield self.signals[number], match

    def _match(
        self,
        message: Message,
        candidates: dict[Role, list[tuple[Phrase, list[int]]]],
        hidden: list[tuple[int, int]] | None,
    ) -> tuple[int, int] | None:
        cancelled: Spans | None = None
        first: tuple[int, int] | None = None
        roles: tuple[Role, ...] = ("phrase", "alone")
        for role in roles:
            for phrase, places in candidates.get(role, ()):
                for start, end in phrase.spans(message, places):
                    if role == "alone" and not self._is_alone(message.text, start, end):
                        continue
                    if cancelled is None:
                        idioms = candidates.get("unless", ())
                        cancelled = Spans(
                            span for idiom, keys in idioms for span in idiom.spans(message, keys)
                        )
                    if cancelled.overlap(start, end):
                        # Within one sentence: what is written around it must not hide more of it.
                        if hidden is not None and normalise.BREAKS.isdisjoint(message.text[start:end]):
                            hidden.append((start, end))
                    elif hidden is None:
                        return start, end
                    else:
                        first = first or (start, end)
        return first

    def _is_alone(self, text: str, start: int, end: int) -> bool:
        """Whether the match is a whole sentence, apart from greetings and courtesy."""
        before = _SENTENCE_END.split(text[max(start - _SENTENCE, 0) : start])[-1]
        after = _SENTENCE_END.split(text[end : end + _SENTENCE], maxsplit=1)[0]
        return all(word in self._courtesy for word in _WORD.findall(before + " " + after))


def load(folder: Path | str) -> Signals:
    """The signals of a folder, each tried on its own examples. Raises TriageError with every fault found."""
    lists, signals, findings = read_folder(Path(folder))
    if findings:
        raise TriageError(findings)
    compiled = Signals(lists, signals)
    findings = [finding for signal in signals for finding in _failing_examples(compiled, signal)]
    if findings:
        raise TriageError(findings)
    return compiled


def _without(tokens: Sequence[str], hidden: Spans) -> list[str]:
    kept = []
    at = 0  # each word stands after a blank in the text of a Message
    for token in tokens:
        if not hidden.overlap(at, at + len(token) + 1):
            kept.append(token)
        at += len(token) + 1
    return kept


def _failing_examples(compiled: Signals, signal: Signal) -> Iterator[Finding]:
    for example in signal.fires_on:
        if not compiled.fires(signal.id, example.value):
            what = f"«{example.value}» debería encender «{signal.id}» y no lo hace: agrega una frase"
            yield Finding(signal.path, example.line, what)
    for example in signal.silent_on:
        if compiled.fires(signal.id, example.value):
            what = f"«{example.value}» no debería encender «{signal.id}» y lo hace: estrecha la frase"
            yield Finding(signal.path, example.line, what)


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
