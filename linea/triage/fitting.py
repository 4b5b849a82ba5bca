"""Fits the classifier of the traffic light to the messages of data/triage/messages, with scikit-learn.

One border a label, all in a few seconds. How sure it must be to raise a colour is found by cross-validation
over voices: each voice is judged by a model that has read only the others, as people will be.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from linea import linear
from linea.linear import Vocabulary
from linea.triage import spans
from linea.triage.classifier import BLOCKS, NEAR, Classifier, Label, Thresholds, near_pairs, neighbours
from linea.triage.lessons import Example

C = 10.0  # inverse of the regularisation; from 3 to 30 it hardly matters
HARDEST = 1  # stretches of each harmless message that a first model takes for danger, learnt as harmless
FOLDS = 4  # where there is only one voice
SEED = 20260101

# The share of harmless messages that may be raised so far: of those in the messages' files, half of which are
# written to sound like danger, and of what people ask every day. Recall comes first: what limits it is that
# at most 2 % of ordinary messages may turn red, and 5 % take any colour.
FALSE_RED, FALSE_YELLOW, FALSE_GREEN = 0.15, 0.20, 0.20
EVERYDAY_RED, EVERYDAY_YELLOW, EVERYDAY_GREEN = 0.02, 0.035, 0.045


class TooLittleToLearn(Exception):
    """Fewer than two labels: nothing can be told apart."""


def fit(examples: Sequence[Example]) -> Classifier:
    """The classifier of these messages with its thresholds. Raises TooLittleToLearn."""
    features = _Features()
    return _with_thresholds(_fit(examples, features), left_out(examples, features))


def left_out(
    examples: Sequence[Example], features: _Features | None = None
) -> list[tuple[Example, np.ndarray]]:
    """Every message with its `ladder` by a model that has read only the other voices."""
    features = features or _Features()
    turns = _turns(examples)
    found: list[tuple[Example, np.ndarray]] = []
    for turn in range(max(turns) + 1):
        others = [example for example, its in zip(examples, turns, strict=True) if its != turn]
        model = _fit(others, features)
        held = [example for example, its in zip(examples, turns, strict=True) if its == turn]
        found += [(example, ladder(model, example.tokens)) for example in held]
    return found


def ladder(model: Classifier, tokens: Sequence[str]) -> np.ndarray:
    """The highest shares of red, of yellow or red, and of any colour, that a stretch of the message has."""
    words, cuts = spans.sentences(tokens)
    if not words:
        return np.zeros(3)
    shares = model.shares(words, *spans.stretches(cuts))
    colours = np.array([label.colour for label in model.labels])
    steps = np.stack([shares[:, colours == colour].sum(axis=1) for colour in ("red", "yellow", "green")])
    return np.cumsum(steps, axis=0).max(axis=1)


def _with_thresholds(model: Classifier, judged: Sequence[tuple[Example, np.ndarray]]) -> Classifier:
    lowest = np.zeros(3)
    for everyday, limits in (
        (False, (FALSE_RED, FALSE_YELLOW, FALSE_GREEN)),
        (True, (EVERYDAY_RED, EVERYDAY_YELLOW, EVERYDAY_GREEN)),
    ):
        shares = [
            steps
            for example, steps in judged
            if example.label.colour == "none" and (example.voice is None) == everyday
        ]
        if shares:
            reached = [np.quantile(np.array(shares)[:, i], 1 - limit) for i, limit in enumerate(limits)]
            lowest = np.maximum(lowest, reached)
    thresholds = Thresholds(*(float(each) for each in lowest))
    return Classifier(model.labels, model.vocabulary, model.weights, model.bias, thresholds)


def _turns(examples: Sequence[Example]) -> list[int]:
    """In which turn each message is left out: with its voice; what has none is spread over all turns."""
    voices = sorted({example.voice for example in examples if example.voice is not None})
    count = len(voices) if len(voices) > 1 else FOLDS
    spread = np.random.default_rng(SEED).integers(0, count, len(examples))
    return [
        voices.index(example.voice) if example.voice is not None and len(voices) > 1 else int(turn)
        for example, turn in zip(examples, spread, strict=True)
    ]


def _fit(examples: Sequence[Example], features: _Features) -> Classifier:
    """A model of the whole messages, then one that has also seen which of their stretches mislead."""
    said = [(spans.sentences(example.tokens), example.label) for example in examples]
    learnt = [(words, label) for (words, _), label in said if words]
    first = _fit_stretches(learnt, features)
    for (words, cuts), label in said:
        if label.colour not in ("none", "green") or not words:
            continue
        begins, ends = spans.stretches(cuts)
        if len(begins) < 2:
            continue
        worse = [i for i, other in enumerate(first.labels) if other.colour in ("red", "yellow")]
        shares = first.shares(words, begins, ends)[:, worse].sum(axis=1)
        for place in np.argsort(-shares, kind="stable")[:HARDEST]:
            stretch = words[begins[place] : ends[place]]
            if len(stretch) < len(words):
                learnt.append((stretch, label))
    return _fit_stretches(learnt, features)


def _fit_stretches(learnt: Sequence[tuple[list[str], Label]], features: _Features) -> Classifier:
    labels = sorted({label for _, label in learnt}, key=str)
    if len(labels) < 2:
        raise TooLittleToLearn(f"{len(labels)} labels")
    vocabulary, matrix = features.of([words for words, _ in learnt])
    targets = np.array([labels.index(label) for _, label in learnt])
    # The dual is what is quick with more features than messages: 0.7 s instead of 4, and the same borders.
    machine = LogisticRegression(C=C, solver="liblinear", dual=True, tol=0.01, random_state=SEED)
    machine.fit(matrix, targets)
    weights, bias = machine.coef_, machine.intercept_
    if len(labels) == 2:  # scikit-learn gives two labels one border
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return Classifier(
        labels=tuple(labels),
        vocabulary=vocabulary,
        weights=np.ascontiguousarray(weights.T, dtype=np.float32),
        bias=bias.astype(np.float32),
        thresholds=Thresholds(1.0, 1.0, 1.0),
    )


class _Features:
    """The features of every text, numbered and looked up once: the turns of cross-validation share most."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._blocks: dict[tuple[str, ...], tuple[np.ndarray, ...]] = {}

    def of(self, texts: Sequence[Sequence[str]]) -> tuple[Vocabulary, csr_matrix]:
        """The vocabulary of these texts, and one row a text: each block of features of length one."""
        blocks = [self._numbered(tuple(words)) for words in texts]
        each = [np.unique(np.concatenate(found)) for found in blocks]
        seen = np.bincount(np.concatenate(each), minlength=len(self._numbers))
        names = list(self._numbers)
        # A whole word counts from its first appearance: with few messages the rare word is the telling one.
        kept = [n for n in np.flatnonzero(seen).tolist() if seen[n] > 1 or _is_word(names[n])]
        weight = (np.log((1 + len(texts)) / (1 + seen[kept])) + 1).astype(np.float32)
        place = np.full(len(names), -1)
        place[kept] = np.arange(len(kept))
        rows, columns, values = [], [], []
        for block in range(BLOCKS):
            sizes = [len(found[block]) for found in blocks]
            row = np.repeat(np.arange(len(blocks)), sizes)
            at = place[np.concatenate([found[block] for found in blocks])]
            row, at = row[at >= 0], at[at >= 0]
            length = np.sqrt(np.bincount(row, weight[at] ** 2, minlength=len(blocks)))
            rows.append(row)
            columns.append(at)
            values.append(weight[at] / np.maximum(length[row], 1e-9))
        parts = (np.concatenate(rows), np.concatenate(columns))
        matrix = csr_matrix((np.concatenate(values), parts), shape=(len(blocks), len(kept)))
        return Vocabulary({names[n]: i for i, n in enumerate(kept)}, weight), matrix

    def _numbered(self, words: tuple[str, ...]) -> tuple[np.ndarray, ...]:
        found = self._blocks.get(words)
        if found is None:
            near = [pair for apart in range(1, NEAR + 1) for pair in near_pairs(words, apart)]
            pieces = [piece for word in words for piece in linear.pieces(word)]
            number = self._numbers
            found = self._blocks[words] = tuple(
                np.array([number.setdefault(name, len(number)) for name in block], dtype=np.int64)
                for block in ([*words, *neighbours(words)], near, pieces)
            )
        return found


def _is_word(feature: str) -> bool:
    return feature[0] != "#" and " " not in feature and "&" not in feature
