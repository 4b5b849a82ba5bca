"""All phrases at once over the words of a text, in one pass: no backtracking, so no text can make it slow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from linea.triage import patterns
from linea.triage.normalise import BREAKS, DENIED, HARD
from linea.triage.patterns import Choice, Gap, Node, Word

_MOST_STEPS = 30_000  # steps remembered; beyond, they are forgotten and learned again
_ANY = -1


@dataclass(frozen=True)
class Ending:
    """Pattern number `pattern` matches words that end with token `end`."""

    pattern: int
    end: int


class _Net:
    """The phrases as a net of places; an arrow is followed by one word."""

    def __init__(self) -> None:
        self.silent: list[list[int]] = []  # arrows that need no word
        self.arrows: list[dict[int, list[int]]] = []  # what a word must be -> places
        self.accepts: dict[int, int] = {}

    def place(self) -> int:
        self.silent.append([])
        self.arrows.append({})
        return len(self.silent) - 1

    def lay(self, node: Node, start: int, demands: _Demands) -> int:
        """Lays the tree from `start` on; the place where it ends."""
        if isinstance(node, Word):
            end = self.place()
            for demand in demands.of(node):
                self.arrows[start].setdefault(demand, []).append(end)
            return end
        if isinstance(node, Gap):
            end = self.place()
            self.silent[start].append(end)
            at = start
            for _ in range(node.most):
                following = self.place()
                self.arrows[at].setdefault(_ANY, []).append(following)
                self.silent[following].append(end)
                at = following
            return end
        if isinstance(node, Choice):
            end = self.place()
            for option in node.options:
                self.silent[self.lay(option, start, demands)].append(end)
            return end
        for part in node.parts:
            start = self.lay(part, start, demands)
        return start

    def reach(self, places: Iterable[int]) -> frozenset[int]:
        """The places, and those that need no word from there."""
        seen = set(places)
        todo = list(seen)
        while todo:
            for place in self.silent[todo.pop()]:
                if place not in seen:
                    seen.add(place)
                    todo.append(place)
        return frozenset(seen)


class _Demands:
    """Numbers what an arrow may ask of a word (to be it, or to begin so), and says which demands a word meets."""

    def __init__(self) -> None:
        self._exact: dict[str, int] = {}
        self._stems: dict[str, int] = {}
        self._met: dict[str, frozenset[int]] = {}
        self._sets: dict[frozenset[int], frozenset[int]] = {}

    def of(self, word: Word) -> list[int]:
        demands = [self._exact.setdefault(exact, 2 * len(self._exact)) for exact in sorted(word.exact)]
        return demands + [self._stems.setdefault(stem, 2 * len(self._stems) + 1) for stem in sorted(word.stems)]

    def met_by(self, word: str) -> frozenset[int]:
        met = self._met.get(word)
        if met is None:
            found = {_ANY}
            if word in self._exact:
                found.add(self._exact[word])
            found.update(self._stems[word[:size]] for size in range(2, len(word) + 1) if word[:size] in self._stems)
            met = self._sets.setdefault(frozenset(found), frozenset(found))
            if len(self._met) >= _MOST_STEPS:
                self._met = {}
            self._met[word] = met
        return met


class _State:
    """A set of places reached together, with the steps learned so far."""

    __slots__ = ("accepts", "moves", "places")

    def __init__(self, places: frozenset[int], accepts: tuple[int, ...]) -> None:
        self.places = places
        self.accepts = accepts
        self.moves: dict[frozenset[int], _State] = {}


class Automaton:
    """Finds where patterns end. `through_denial[i]`: pattern i may run over a pause after a negation."""

    def __init__(self, nodes: Sequence[Node], through_denial: Sequence[bool]) -> None:
        self._nodes = nodes
        self._demands = _Demands()
        net = _Net()
        root = net.place()
        owners: list[int] = [_ANY]
        for number, node in enumerate(nodes):
            begin = net.place()
            net.silent[root].append(begin)
            net.accepts[net.lay(node, begin, self._demands)] = number
            owners.extend([number] * (len(net.silent) - len(owners)))
        reach = [net.reach([place]) for place in range(len(net.silent))]
        useful = [bool(net.arrows[place]) or place in net.accepts for place in range(len(reach))]
        self._follow: list[dict[int, frozenset[int]]] = [
            {
                demand: frozenset(p for place in places for p in reach[place] if useful[p])
                for demand, places in arrows.items()
            }
            for arrows in net.arrows
        ]
        self._accepts = net.accepts
        self._stopped_by_denial = frozenset(
            place for place, owner in enumerate(owners) if owner >= 0 and not through_denial[owner]
        )
        self._from_start: dict[int, set[int]] = {}
        for place in reach[root]:
            for demand, places in self._follow[place].items():
                self._from_start.setdefault(demand, set()).update(places)
        self._start = _State(frozenset(), ())
        self._states: dict[frozenset[int], _State] = {}
        self._learned = 0
        self._backwards: dict[int, Backwards] = {}

    def endings(self, tokens: Sequence[str]) -> list[Ending]:
        """Every place in the tokens at which a pattern ends, in the order of the text."""
        found: list[Ending] = []
        met_by = self._demands.met_by
        state = self._start
        for index, token in enumerate(tokens):
            if token in BREAKS:
                if token == HARD:
                    state = self._start
                elif token == DENIED and state.places:
                    state = self._state(state.places - self._stopped_by_denial)
                continue
            met = met_by(token)
            following = state.moves.get(met)
            if following is None:
                following = self._step(state, met)
            state = following
            if state.accepts:
                found.extend(Ending(pattern, index) for pattern in state.accepts)
        return found

    def start_of(self, ending: Ending, tokens: Sequence[str]) -> int:
        """The token with which the shortest match that ends there begins."""
        backwards = self._backwards.get(ending.pattern)
        if backwards is None:
            backwards = self._backwards[ending.pattern] = Backwards(self._nodes[ending.pattern], self._demands)
        return backwards.start(ending.end, tokens)

    def _step(self, state: _State, met: frozenset[int]) -> _State:
        places: set[int] = set()
        for demand in met:
            places.update(self._from_start.get(demand, ()))
        for place in state.places:
            arrows = self._follow[place]
            if arrows:
                for demand in met & arrows.keys():
                    places |= arrows[demand]
        self._learned += 1
        if self._learned > _MOST_STEPS:
            self._learned = 0
            self._states = {}
            self._start = _State(frozenset(), ())
        following = self._state(frozenset(places))
        state.moves[met] = following
        return following

    def _state(self, places: frozenset[int]) -> _State:
        state = self._states.get(places)
        if state is None:
            accepts = tuple(sorted({self._accepts[place] for place in places if place in self._accepts}))
            state = self._states[places] = _State(places, accepts)
        return state


class Backwards:
    """One pattern read from its end, to learn where a match began."""

    def __init__(self, node: Node, demands: _Demands) -> None:
        self._demands = demands
        self._net = _Net()
        self._first = self._net.place()
        self._last = self._net.lay(patterns.reverse(node), self._first, demands)

    def start(self, end: int, tokens: Sequence[str]) -> int:
        places = self._net.reach([self._first])
        for index in range(end, -1, -1):
            token = tokens[index]
            if token in BREAKS:
                continue
            met = self._demands.met_by(token)
            following: set[int] = set()
            for place in places:
                for demand in met & self._net.arrows[place].keys():
                    following.update(self._net.arrows[place][demand])
            places = self._net.reach(following)
            if self._last in places:
                return index
        return end
