"""Words -> colour by what people wrote who were in danger and who were not: the half that reads.

It only ever raises what the rules found (`light.py`). Linear and plain: for every label a sum over words,
pairs of words and pieces of words, taken over every stretch of the message. Fitting is in `fitting.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from linea import linear
from linea.linear import Unreadable, Vocabulary
from linea.triage.reading import URGENCIES
from linea.triage.spans import sentences, stretches

STEM = 5  # letters of a word that count in pairs of words near each other
NEAR = 4  # words apart
SHORTEST = 3  # words of a stretch that can be judged: of "hoy" or "un mes" the rules alone know anything
BLOCKS = 3  # words and neighbours, near pairs, pieces of words: each of length one in every stretch
_REMEMBERED = 20_000  # words whose pieces have been added up


@dataclass(frozen=True)
class Label:
    """What a message can be taken for."""

    colour: str
    kind: str | None = None
    urgency: str = "none"

    def __str__(self) -> str:
        return f"{self.colour} {self.kind or '-'} {self.urgency}"

    @classmethod
    def of(cls, text: str) -> Label:
        """The label of `str(label)`."""
        colour, kind, urgency = text.split(" ")
        return cls(colour, None if kind == "-" else kind, urgency)


@dataclass(frozen=True)
class Thresholds:
    """How likely a colour must be, with the colours above it, before it is raised to it."""

    red: float
    yellow: float
    green: float


@dataclass(frozen=True)
class Heard:
    """A label, how likely it or worse is, and the words that were taken so."""

    label: Label
    share: float
    words: str


def neighbours(words: Sequence[str]) -> list[str]:
    """Each word but the first, with the one before it."""
    return [f"{a} {b}" for a, b in zip(words, words[1:], strict=False)]


def near_pairs(words: Sequence[str], apart: int) -> list[str]:
    """Beginnings of words that stand so far apart, in either order."""
    stems = [word[:STEM] for word in words]
    return ["&".join(sorted(pair)) for pair in zip(stems, stems[apart:], strict=False)]


@dataclass(frozen=True)
class Classifier:
    """A fitted model: `hear` is all the line needs of it."""

    labels: tuple[Label, ...]
    vocabulary: Vocabulary
    weights: np.ndarray  # float32, one row a feature, one column a label
    bias: np.ndarray
    thresholds: Thresholds
    _rows: np.ndarray = field(init=False, repr=False)
    _pieces: dict[str, np.ndarray] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        # What one occurrence adds to each label's sum and to the squared length; the last row is "unknown".
        weight = self.vocabulary.weight[:, None].astype(np.float32)
        rows = np.zeros((len(weight) + 1, len(self.labels) + 1), np.float32)
        rows[:-1, :-1] = self.weights * weight
        rows[:-1, -1:] = weight * weight
        object.__setattr__(self, "_rows", rows)

    def hear(self, tokens: Sequence[str]) -> Heard | None:
        """The colour that the words reach with the stretch that made it, None below every threshold.

        `tokens` are words and pauses as `Signals.tokens` gives them.
        """
        words, cuts = sentences(tokens)
        begins, ends = stretches(cuts)
        judged = ends - begins >= SHORTEST
        begins, ends = begins[judged], ends[judged]
        if not len(begins):
            return None
        shares = self.shares(words, begins, ends)
        worse = np.zeros(len(begins))
        for colour in ("red", "yellow", "green"):
            columns = [i for i, label in enumerate(self.labels) if label.colour == colour]
            own = shares[:, columns].sum(axis=1)
            best = int((worse + own).argmax())
            if columns and worse[best] + own[best] >= getattr(self.thresholds, colour):
                label = self.labels[max(columns, key=lambda column: shares[best, column])]
                if colour == "yellow" and worse[best] > own[best]:  # nearly red: no later than today
                    label = replace(label, urgency=max((label.urgency, "today"), key=URGENCIES.index))
                said = " ".join(words[begins[best] : ends[best]])
                return Heard(label, float(worse[best] + own[best]), said)
            worse = worse + own
        return None

    def shares(self, words: Sequence[str], begins: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """How likely each label is (columns) for each stretch of the words (rows)."""
        index, unknown = self.vocabulary.index, len(self._rows) - 1
        added = [self._rows[[index.get(word, unknown) for word in words]]]
        added += [self._rows[[index.get(pair, unknown) for pair in neighbours(words)]]]
        blocks = [_over(added[0], begins, ends, 0) + _over(added[1], begins, ends, 1)]
        near = np.zeros_like(blocks[0])
        for apart in range(1, NEAR + 1):
            rows = self._rows[[index.get(pair, unknown) for pair in near_pairs(words, apart)]]
            near += _over(rows, begins, ends, apart)
        blocks += [near, _over(np.array([self._of_pieces(word) for word in words]), begins, ends, 0)]
        scores = self.bias + sum(block[:, :-1] / np.sqrt(np.maximum(block[:, -1:], 1e-9)) for block in blocks)
        raised = 1 / (1 + np.exp(-scores))
        return raised / raised.sum(axis=1, keepdims=True)

    def _of_pieces(self, word: str) -> np.ndarray:
        found = self._pieces.get(word)
        if found is None:
            index = self.vocabulary.index
            known = [index[piece] for piece in linear.pieces(word) if piece in index]
            found = self._rows[known].sum(axis=0)
            if len(self._pieces) >= _REMEMBERED:
                self._pieces.clear()
            self._pieces[word] = found
        return found

    def to_bytes(self) -> bytes:
        """The model as the bytes of its file."""
        return linear.to_bytes(
            labels=linear.packed(map(str, self.labels)),
            features=linear.packed(self.vocabulary.names()),
            weight=self.vocabulary.weight,
            weights=self.weights,
            bias=self.bias,
            thresholds=np.array([self.thresholds.red, self.thresholds.yellow, self.thresholds.green]),
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Classifier:
        """The model of `to_bytes`. Raises Unreadable; runs nothing that stands in the file."""
        state = linear.from_bytes(data)
        try:
            labels = tuple(map(Label.of, linear.unpacked(state["labels"])))
            features = linear.unpacked(state["features"])
            weight, weights, bias = state["weight"], state["weights"], state["bias"]
            thresholds = Thresholds(*(float(number) for number in state["thresholds"]))
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable(f"not a model of the traffic light: {type(error).__name__}") from error
        fits = weights.shape == (len(features), len(labels)) and weight.shape == (len(features),)
        if not fits or bias.shape != (len(labels),):
            raise Unreadable("the parts of the model do not fit together")
        index = {feature: i for i, feature in enumerate(features)}
        return cls(labels, Vocabulary(index, weight), weights, bias, thresholds)


def _over(rows: np.ndarray, begins: np.ndarray, ends: np.ndarray, apart: int) -> np.ndarray:
    """The sum of the rows within each stretch; row i stands for the words i and i + `apart`."""
    sums = np.zeros((len(rows) + 1, rows.shape[1]))
    np.cumsum(rows, axis=0, dtype=np.float64, out=sums[1:])
    first = np.minimum(begins, len(rows))
    return sums[np.maximum(ends - apart, first)] - sums[first]
