"""Fits the classifier of the traffic light to the messages of data/triage/messages, with scikit-learn.

One border a label, all in a few seconds. How sure it must be to raise a colour is found by cross-validation
over voices: each voice is judged by a model that has read only the others, as people will be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from linea import linear
from linea.linear import Vocabulary
from linea.triage import spans
from linea.triage.classifier import NEAR, Classifier, Label, Thresholds, near_pairs, neighbours

C = 10.0  # inverse of the regularisation; from 3 to 30 it hardly matters
HARDEST = 1  # stretches of each harmless message that a first model takes for danger, learnt as harmless
FOLDS = 4  # where there is only one voice
SEED = 20260101

# The share of harmless messages that may be raised so far: of those in the messages' files, half of which are
# written to sound like danger, and of what people ask every day. Recall comes first: what limits it is that
# with the rules at most 2 % of ordinary messages may turn red, and 5 % take any colour.
FALSE_RED, FALSE_YELLOW, FALSE_GREEN = 0.15, 0.15, 0.17
EVERYDAY_RED, EVERYDAY_YELLOW, EVERYDAY_GREEN = 0.015, 0.025, 0.04


@dataclass(frozen=True)
class Example:
    """A message as words and pauses (`Signals.tokens`), what it is, and whose file it stands in.

    Without a voice: an everyday question to the line.
    """

    tokens: tuple[str, ...]
    label: Label
    voice: str | None


class TooLittleToLearn(Exception):
    """Fewer than two labels: nothing can be told apart."""


def fit(examples: Sequence[Example]) -> Classifier:
    """The classifier of these messages with its thresholds. Raises TooLittleToLearn."""
    return _with_thresholds(_fit(examples), left_out(examples))


def left_out(examples: Sequence[Example]) -> list[tuple[Example, np.ndarray]]:
    """Every message with its `ladder` by a model that has read only the other voices."""
    turns = _turns(examples)
    found: list[tuple[Example, np.ndarray]] = []
    for turn in range(max(turns) + 1):
        model = _fit([example for example, its in zip(examples, turns, strict=True) if its != turn])
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


def _fit(examples: Sequence[Example]) -> Classifier:
    """A model of the whole messages, then one that has also seen which of their stretches mislead."""
    said = [(spans.sentences(example.tokens), example.label) for example in examples]
    learnt = [(words, label) for (words, _), label in said if words]
    first = _fit_stretches(learnt)
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
    return _fit_stretches(learnt)


def _fit_stretches(learnt: Sequence[tuple[list[str], Label]]) -> Classifier:
    labels = sorted({label for _, label in learnt}, key=str)
    if len(labels) < 2:
        raise TooLittleToLearn(f"{len(labels)} labels")
    blocks = [_blocks(words) for words, _ in learnt]
    vocabulary = linear.vocabulary([[f for block in each for f in block] for each in blocks], _counts)
    targets = np.array([labels.index(label) for _, label in learnt])
    # The dual is what is quick with more features than messages: 0.7 s instead of 4, and the same borders.
    machine = LogisticRegression(C=C, solver="liblinear", dual=True, tol=0.01, random_state=SEED)
    machine.fit(_matrix(blocks, vocabulary), targets)
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


def _blocks(words: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    near = [pair for apart in range(1, NEAR + 1) for pair in near_pairs(words, apart)]
    return (
        [*words, *neighbours(words)],
        near,
        [piece for word in words for piece in linear.pieces(word)],
    )


def _counts(feature: str, examples: int) -> bool:
    """A whole word counts from its first appearance: with few messages the rare word is the telling one."""
    return examples > 1 or (feature[0] != "#" and " " not in feature and "&" not in feature)


def _matrix(blocks: Sequence[Sequence[Sequence[str]]], vocabulary: Vocabulary) -> csr_matrix:
    values: list[np.ndarray] = []
    places: list[np.ndarray] = []
    ends = [0]
    for each in blocks:
        size = 0
        for block in each:
            at = np.array([vocabulary.index[f] for f in block if f in vocabulary.index], dtype=np.int64)
            weight = vocabulary.weight[at]
            values.append(weight / max(float(np.sqrt((weight * weight).sum())), 1e-9))
            places.append(at)
            size += len(at)
        ends.append(ends[-1] + size)
    shape = (len(blocks), len(vocabulary.index))
    return csr_matrix((np.concatenate(values), np.concatenate(places), ends), shape=shape)
