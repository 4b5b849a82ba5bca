"""The small language of the phrases, read into a tree. Explained in data/triage/README.md."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from linea.triage.normalise import clean
from linea.triage.spelling import fold

GAP = 3  # words that a lone `*` may stand for
LONGEST_GAP = 8

# What nearly every message holds: a phrase is looked for by its other words.
_COMMON = frozenset(
    fold(word)
    for word in (
        "a al algo alguien anos casa como con cuando da de del dia dias dice donde el ella en es esa "
        "ese eso esta estan este esto estoy favor fue gracias ha hace hay he hijo hija hijos hola hoy "
        "la las le les lo los mama mas me mi mis mucho muy nada ni no nos o para pero persona por "
        "porque puede puedo que quien quiero se senor senora ser si sin sobre solo son su sus tambien "
        "te tengo tiene todo todos tu un una uno va voy y ya yo"
    ).split()
)


class PatternError(ValueError):
    """A phrase that cannot be read; the message says in Spanish what to do."""


@dataclass(frozen=True)
class Word:
    """One word out of several: whole words, or beginnings of words."""

    exact: frozenset[str]
    stems: frozenset[str]


@dataclass(frozen=True)
class Gap:
    most: int


@dataclass(frozen=True)
class Sequence:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Choice:
    options: tuple[Node, ...]


Node = Word | Gap | Sequence | Choice
EMPTY = Sequence(())

_TOKEN = re.compile(r"\s*(\*\d*|[()\[\]|]|<[^<>]*>|\d+-\d+|[^\s()\[\]|<>*]+\*?)|\s+$")


def parse(phrase: str, lists: Mapping[str, Node]) -> Node:
    """The tree of one phrase. `lists` are the named lists `<name>`, already read. Raises PatternError."""
    tokens = _tokens(phrase)
    node, rest = _choice(tokens, 0, lists)
    if rest < len(tokens):
        raise PatternError(f"sobra «{tokens[rest]}»: falta abrir ese paréntesis o corchete")
    if _can_be_empty(node):
        raise PatternError("la frase no obliga a ninguna palabra: deja al menos una fuera de los corchetes")
    if _edge_gap(node, first=True) or _edge_gap(node, first=False):
        raise PatternError("la frase no puede empezar ni terminar con «*»: quítalo")
    return node


def vocabulary(node: Node) -> Iterator[str]:
    """Every whole word in the tree."""
    if isinstance(node, Word):
        yield from node.exact
    elif isinstance(node, Sequence | Choice):
        for inner in node.parts if isinstance(node, Sequence) else node.options:
            yield from vocabulary(inner)


def stems(node: Node) -> Iterator[str]:
    """Every beginning of a word in the tree."""
    if isinstance(node, Word):
        yield from node.stems
    elif isinstance(node, Sequence | Choice):
        for inner in node.parts if isinstance(node, Sequence) else node.options:
            yield from stems(inner)


def demands(node: Node) -> list[Word]:
    """What every match must hold: of each of these, one of the words; rare ones where there is a choice."""
    if isinstance(node, Word):
        return [node]
    if isinstance(node, Sequence):
        return [demand for part in node.parts for demand in demands(part)]
    if isinstance(node, Choice):
        smallest = []
        for option in node.options:
            found = demands(option)
            if not found:
                return []
            smallest.append(min(found, key=frequency))
        return [union(smallest)]
    return []


def frequency(demand: Word) -> int:
    """A rough measure of how often a message holds one of the words."""
    return sum(100 if word in _COMMON else 1 for word in demand.exact) + 4 * len(demand.stems)


def union(words: Iterable[Word]) -> Word:
    """One word out of all of them."""
    words = tuple(words)
    exact = frozenset(spelling for word in words for spelling in word.exact)
    return Word(exact, frozenset(stem for word in words for stem in word.stems))


def _tokens(phrase: str) -> list[str]:
    tokens = []
    at = 0
    while at < len(phrase):
        match = _TOKEN.match(phrase, at)
        if match is None:
            rest = phrase[at:].strip()
            raise PatternError(f"no se entiende «{rest}»: revisa los signos < > * de esa parte")
        at = match.end()
        if match.group(1):
            tokens.append(match.group(1))
    if not tokens:
        raise PatternError("la frase está vacía: escríbela o borra la línea")
    return tokens


def _choice(tokens: list[str], at: int, lists: Mapping[str, Node]) -> tuple[Node, int]:
    options: list[Node] = []
    while True:
        parts: list[Node] = []
        while at < len(tokens) and tokens[at] not in ("|", ")", "]"):
            part, at = _part(tokens, at, lists)
            parts.append(part)
        if not parts:
            raise PatternError("hay una alternativa vacía: entre «(», «|» y «)» escribe al menos una palabra")
        options.append(parts[0] if len(parts) == 1 else Sequence(tuple(parts)))
        if at < len(tokens) and tokens[at] == "|":
            at += 1
            continue
        return merge(options), at


def _part(tokens: list[str], at: int, lists: Mapping[str, Node]) -> tuple[Node, int]:
    token = tokens[at]
    if token in ("(", "["):
        node, at = _choice(tokens, at + 1, lists)
        closing = ")" if token == "(" else "]"
        if at >= len(tokens) or tokens[at] != closing:
            raise PatternError(f"falta cerrar con «{closing}»")
        return (node if token == "(" else Choice((node, EMPTY))), at + 1
    if token.startswith("<"):
        name = token[1:-1].strip()
        if name not in lists:
            raise PatternError(f"no hay ninguna lista «{name}» en lists.yml: escríbela o corrige el nombre")
        return lists[name], at + 1
    if token.startswith("*"):
        most = int(token[1:] or GAP)
        if not 1 <= most <= LONGEST_GAP:
            raise PatternError(f"«{token}» puede saltar de 1 a {LONGEST_GAP} palabras: cambia el número")
        return Gap(most), at + 1
    if re.fullmatch(r"\d+-\d+", token):
        low, high = map(int, token.split("-"))
        if low > high or high > 999:
            raise PatternError(f"«{token}»: el primer número debe ser el menor, y ninguno pasar de 999")
        return Word(frozenset(map(str, range(low, high + 1))), frozenset()), at + 1
    return _word(token), at + 1


def _word(token: str) -> Word:
    typed = clean(token)
    stem = typed.endswith("*")
    typed = typed.rstrip("*")
    if not typed.isalnum() or not typed.isascii():
        raise PatternError(f"«{token}» tiene un signo que no va en una frase: escribe solo palabras")
    if stem and len(typed) < 3:
        raise PatternError(f"«{token}»: deja al menos tres letras antes de «*»")
    word = fold(typed, stem=stem)
    return Word(frozenset(), frozenset((word,))) if stem else Word(frozenset((word,)), frozenset())


def merge(options: list[Node]) -> Node:
    """Alternatives as one node; those of a single word become one word out of several."""
    single = [option for option in options if isinstance(option, Word)]
    others: list[Node] = [option for option in options if not isinstance(option, Word)]
    if single:
        others.insert(0, union(single))
    return others[0] if len(others) == 1 else Choice(tuple(others))


def _can_be_empty(node: Node) -> bool:
    if isinstance(node, Sequence):
        return all(map(_can_be_empty, node.parts))
    if isinstance(node, Choice):
        return any(map(_can_be_empty, node.options))
    return isinstance(node, Gap)


def _edge_gap(node: Node, first: bool) -> bool:
    """Whether a gap may stand at the beginning (or the end) of what the tree matches."""
    if isinstance(node, Gap):
        return True
    if isinstance(node, Choice):
        return any(_edge_gap(option, first) for option in node.options)
    if isinstance(node, Sequence):
        for part in node.parts if first else reversed(node.parts):
            if _edge_gap(part, first):
                return True
            if not _can_be_empty(part):
                return False
    return False
