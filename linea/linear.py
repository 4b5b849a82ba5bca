"""What the line's linear models share: pieces of words, a weighted vocabulary, and files of plain arrays.

No scikit-learn: whoever only reads a model does not pay for what fitted it. Plain arrays are read with
`allow_pickle=False`, so that nothing in a model's file is ever run.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

_SHORTEST, _LONGEST = 2, 5  # letters of a piece


class Unreadable(Exception):
    """The file holds no model of ours; made by something else, cut short, or tampered with."""


@lru_cache(maxsize=20_000)
def pieces(word: str) -> tuple[str, ...]:
    """The pieces of a word, each marked with `#`: they forgive spelling and endings."""
    edged = f"<{word}>"
    return tuple(
        "#" + edged[start : start + length]
        for length in range(_SHORTEST, min(_LONGEST, len(edged)) + 1)
        for start in range(len(edged) - length + 1)
    )


@dataclass(frozen=True)
class Vocabulary:
    """Which features count, and how much."""

    index: dict[str, int]
    weight: np.ndarray  # float32, inverse document frequency of each feature

    def names(self) -> list[str]:
        """The features in the order of their positions."""
        return sorted(self.index, key=self.index.__getitem__)


def vocabulary(examples: Sequence[Iterable[str]], counts: Callable[[str, int], bool]) -> Vocabulary:
    """The features of these examples; `counts(feature, examples that have it)` says which are kept."""
    seen: Counter[str] = Counter()
    for features in examples:
        seen.update(set(features))
    kept = sorted(feature for feature, count in seen.items() if counts(feature, count))
    weight = np.array([np.log((1 + len(examples)) / (1 + seen[feature])) + 1 for feature in kept])
    return Vocabulary({feature: i for i, feature in enumerate(kept)}, weight.astype(np.float32))


def to_bytes(**parts: np.ndarray) -> bytes:
    """The arrays as the bytes of one file."""
    file = io.BytesIO()
    np.savez_compressed(file, **parts)
    return file.getvalue()


def from_bytes(data: bytes) -> dict[str, np.ndarray]:
    """The arrays of `to_bytes`. Raises Unreadable."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as state:
            return {name: state[name] for name in state.files}
    except Exception as error:  # numpy and zipfile raise whatever a broken file makes them stumble over
        raise Unreadable(f"not a model file: {type(error).__name__}") from error


def packed(names: Iterable[str]) -> np.ndarray:
    """Texts without line breaks as an array of bytes."""
    return np.frombuffer("\n".join(names).encode(), dtype=np.uint8)


def unpacked(array: np.ndarray) -> list[str]:
    """The texts of `packed`."""
    return array.tobytes().decode().split("\n")
