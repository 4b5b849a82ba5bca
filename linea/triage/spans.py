"""The stretches of a message that are judged each by itself: sentences that follow one another, and windows.

A message is as red as its reddest stretch. What is written around a sentence makes more stretches and takes
none away, so that no sentence added to a red message lowers it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from linea.triage import normalise

# Words of the longest stretch. By cross-validation over writers: of 15 to 40 it hardly matters, and a red
# sign in the middle of a long message without a full stop needs a window no longer than that.
WINDOW = 30
HALF = 2_000  # words: of anything longer the head and the tail are read (WhatsApp allows some 800)


def sentences(tokens: Sequence[str]) -> tuple[list[str], list[int]]:
    """The words of a message without its pauses, and where its sentences begin; at last, the end."""
    if len(tokens) > 2 * HALF:
        tokens = [*tokens[:HALF], normalise.HARD, *tokens[-HALF:]]
    words: list[str] = []
    cuts = [0]
    for token in tokens:
        if token not in normalise.BREAKS:
            if token:
                words.append(token)
        elif token in normalise.SENTENCE_ENDS and cuts[-1] < len(words):
            cuts.append(len(words))
    if cuts[-1] < len(words):
        cuts.append(len(words))
    return words, cuts


def stretches(cuts: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Beginnings and ends: every run of whole sentences up to WINDOW words, and every window of that many."""
    begins: list[int] = []
    ends: list[int] = []
    last = 1
    for first in range(len(cuts) - 1):
        last = max(last, first + 1)
        while last + 1 < len(cuts) and cuts[last + 1] - cuts[first] <= WINDOW:
            last += 1
        fitting = [cut for cut in cuts[first + 1 : last + 1] if cut - cuts[first] <= WINDOW]
        begins += [cuts[first]] * len(fitting)
        ends += fitting
    windows = np.arange(max(cuts[-1] - WINDOW + 1, 0) if cuts[-1] > WINDOW else 0)
    return (
        np.concatenate([np.array(begins, dtype=np.int64), windows]),
        np.concatenate([np.array(ends, dtype=np.int64), windows + WINDOW]),
    )
