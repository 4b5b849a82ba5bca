"""Text in, intent or bank entry out: the reading half of the model, shared by Rasa and `linea classify`.

No Rasa, no scikit-learn: a fitted model is a vocabulary and one matrix. Fitting is in `fitting.py`.
"""

from __future__ import annotations

import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from linea import linear
from linea.assistant import joining
from linea.assistant.normal import words
from linea.assistant.pieces import pieces, questions
from linea.assistant.reading import COMMANDS, FALLBACK, RETRIEVAL, Reading
from linea.linear import Unreadable as ModelUnreadable
from linea.linear import Vocabulary

# Plain arrays: skops would do as well, but importing it beside TensorFlow takes 5 to 7 s of every start of
# Rasa, and there is no object to store.
STATE_FILE = "understanding.npz"
LONGEST = 1000  # characters read of one message; WhatsApp allows 4,096, no question needs them


def plain_form(text: str) -> str:
    """A whole message in plain spelling, as commands and variants are compared."""
    return " ".join(words(text[:LONGEST]))


def features(text: str) -> tuple[list[str], list[str]]:
    """A message as (words and pairs of words, pieces of words); pieces forgive spelling."""
    found = words(text[:LONGEST])
    pairs = [f"{a} {b}" for a, b in zip(found, found[1:], strict=False)]
    return found + pairs, [piece for word in found for piece in linear.pieces(word)]


def vector(vocabulary: Vocabulary, text: str) -> tuple[np.ndarray, np.ndarray]:
    """What is known in the text, as positions and values: sublinear tf-idf, words and pieces of length one.

    Both are empty when nothing is known.
    """
    positions: list[np.ndarray] = []
    values: list[np.ndarray] = []
    for block in features(text):
        counts: dict[int, int] = {}
        for piece in block:
            position = vocabulary.index.get(piece)
            if position is not None:
                counts[position] = counts.get(position, 0) + 1
        at = np.fromiter(counts, dtype=np.int64, count=len(counts))
        tf = 1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))
        value = tf * vocabulary.weight[at]
        norm = float(np.sqrt((value * value).sum()))
        positions.append(at)
        values.append(value / norm if norm else value)
    return np.concatenate(positions), np.concatenate(values)


@dataclass(frozen=True)
class Understanding:
    """A fitted model: `read` is all the line needs of it."""

    labels: tuple[str, ...]
    vocabulary: Vocabulary
    weights: np.ndarray  # float32, one row a piece, one column a label, rows contiguous
    bias: np.ndarray
    variants: dict[str, str]  # what an editor wrote is always taken for what it was written for
    slope: float  # calibration: how fast certainty grows with the score
    doubt: float  # calibration: the score at which "none of these" is as likely as a label
    threshold: float  # of confidence: from here on a label is taken for what was meant
    suggest_threshold: float  # of the three likeliest entries together: from here on they are suggested

    def read(self, text: str) -> Reading:
        """What the message means, read as a whole and in pieces (`joining.joined`).

        `faq/<entry>` written out is that entry, a command word its intent, a variant what it was written for.
        """
        known = self._known(text)
        if known is not None:
            return known
        parts = [part for piece in pieces(text) for part in self._parts(piece)]
        return joining.joined(self._scored(text), parts, self.suggest_threshold)

    def _known(self, text: str) -> Reading | None:
        """What needs no judgement: written exactly as an editor, or this file, has it."""
        stripped = text.strip()
        if stripped.startswith(f"{RETRIEVAL}/") and stripped in self.labels:
            return Reading(stripped, 1.0, ((stripped, 1.0),))
        form = plain_form(stripped)
        if form in COMMANDS:
            return Reading(COMMANDS[form], 1.0, ((COMMANDS[form], 1.0),), command=True)
        label = self.variants.get(form)
        if label is None:
            return None
        others = tuple(place for place in self._ranking(stripped) if place[0] != label)
        return Reading(label, 1.0, ((label, 1.0), *others))

    def _scored(self, text: str) -> Reading:
        ranking = self._ranking(text)
        if ranking[0][1] < self.threshold:
            ranking = joining.in_words(ranking)
        label, confidence = ranking[0]
        if confidence < self.threshold:
            return Reading(FALLBACK, 1.0 - confidence, ranking)
        return Reading(label, confidence, ranking)

    def _ranking(self, text: str) -> tuple[tuple[str, float], ...]:
        shares = self.shares(self.scores(text))
        return tuple((self.labels[i], float(shares[i])) for i in np.argsort(-shares, kind="stable"))

    def _parts(self, piece: str) -> list[joining.Part]:
        """A piece and, where each is surely one of the bank's, the questions it asks one after the other."""
        asked = [self._part(question) for question in questions(piece)]
        sure = all(part.reading.entry and part.reading.confidence >= joining.SECOND for part in asked)
        return [self._part(piece), *(asked if len(asked) > 1 and sure else ())]

    def _part(self, piece: str) -> joining.Part:
        found = words(piece[:LONGEST])
        rest = joining.without_courtesy(found, self.variants)
        text = piece if rest == found else " ".join(rest)
        return joining.Part(
            self._known(text) or self._scored(text), asks="?" in piece or len(rest) >= joining.A_FEW
        )

    def scores(self, text: str) -> np.ndarray:
        """The distance to every label's border, in the order of `labels`."""
        at, values = vector(self.vocabulary, text)
        return values.astype(np.float32) @ self.weights[at] + self.bias

    def shares(self, scores: np.ndarray) -> np.ndarray:
        """Scores as probabilities that, together with "none of these", add up to one."""
        return calibrated(scores, self.slope, self.doubt)

    def to_bytes(self) -> bytes:
        """The model as the bytes of its file."""
        return linear.to_bytes(
            labels=linear.packed(self.labels),
            pieces=linear.packed(self.vocabulary.names()),
            idf=self.vocabulary.weight,
            weights=self.weights,
            bias=self.bias,
            variants=linear.packed(f"{form}\t{label}" for form, label in self.variants.items()),
            calibration=np.array([self.slope, self.doubt, self.threshold, self.suggest_threshold]),
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> Understanding:
        """The model of `to_bytes`. Raises ModelUnreadable; runs nothing that stands in the file."""
        state = linear.from_bytes(data)
        try:
            labels, pieces = linear.unpacked(state["labels"]), linear.unpacked(state["pieces"])
            idf, weights, bias = state["idf"], state["weights"], state["bias"]
            variants = dict(line.split("\t") for line in linear.unpacked(state["variants"]) if line)
            slope, doubt, threshold, suggest = (float(number) for number in state["calibration"])
        except (KeyError, TypeError, ValueError) as error:
            raise ModelUnreadable(f"not a model file: {type(error).__name__}") from error
        fits = weights.shape == (len(pieces), len(labels)) and idf.shape == (len(pieces),)
        if not fits or bias.shape != (len(labels),):
            raise ModelUnreadable("the parts of the model do not fit together")
        return cls(
            labels=tuple(labels),
            vocabulary=Vocabulary({piece: i for i, piece in enumerate(pieces)}, idf),
            weights=np.ascontiguousarray(weights, np.float32),
            bias=bias,
            variants=variants,
            slope=slope,
            doubt=doubt,
            threshold=threshold,
            suggest_threshold=suggest,
        )


def calibrated(scores: np.ndarray, slope: float, doubt: float) -> np.ndarray:
    """Probabilities of the labels (last axis), with "none of these" standing at the score `doubt`."""
    raised = slope * (scores - doubt)
    top = np.maximum(raised.max(axis=-1, keepdims=True), 0.0)
    exponents = np.exp(raised - top)
    return exponents / (exponents.sum(axis=-1, keepdims=True) + np.exp(-top))


def load_from_archive(model: Path) -> Understanding:
    """The model out of Rasa's `.tar.gz`, without Rasa. Raises ModelUnreadable."""
    try:
        with tarfile.open(model) as archive:
            for member in archive:
                if member.name.endswith(f"/{STATE_FILE}"):
                    part = archive.extractfile(member)
                    if part is not None:
                        return Understanding.from_bytes(part.read())
    except (tarfile.TarError, OSError, EOFError) as error:
        raise ModelUnreadable(f"not a Rasa model: {type(error).__name__}") from error
    raise ModelUnreadable("the archive holds no model of ours")
