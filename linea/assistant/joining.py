"""Puts together what a message and its pieces were read as, so that a greeting hides no question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from linea.assistant.reading import DOUBT, FALLBACK, JOURNEYS, RETRIEVAL, Reading

SUGGESTIONS = 3
PLAUSIBLE = 0.25  # of the likeliest entry's share: what has less is not suggested beside it
SECOND = 0.7  # confidence from which a second question is answered as well
A_FEW = 3  # words: shorter pieces that mean nothing are no question that was missed
_LONGEST_COURTESY = 6  # words

# What is no question, the most telling first: of "hola", "no" and "gracias" it is "no" that counts.
SMALLTALK = ("ask_menu", "none_of_these", "deny", "affirm", "goodbye", "thank", "greet")
_COURTESY = ("greet", "thank", "goodbye")


@dataclass(frozen=True)
class Part:
    """One piece of a message: what it was read as, and whether it may be a question where that is unclear."""

    reading: Reading
    asks: bool


def joined(whole: Reading, parts: Sequence[Part], suggest_threshold: float) -> Reading:
    """One reading of all: a person who is asked for, else entries, a form that is asked for, other topics, a
    doubt, and courtesy last.

    A second entry goes into `also`. Where nothing is sure, the entries that the whole or a piece may mean are
    the `suggestions` of a doubt, if the three likeliest together reach `suggest_threshold`.
    """
    read = [whole, *(part.reading for part in parts)]
    sure = [reading for reading in read if reading.label != FALLBACK]
    entries = _entries(whole, sure)
    person = next((reading for reading in sure if reading.intent == "ask_for_person"), None)
    if person is not None:
        return replace(person, command=False, also=_besides(entries))
    if whole.intent in JOURNEYS:
        return whole
    if whole.intent == "not_in_bank":
        return replace(whole, also=_besides(entries))
    if entries:
        return replace(entries[0], also=_besides(entries[1:]))
    if whole.label != FALLBACK and whole.intent not in SMALLTALK:
        return whole
    by_intent = {reading.intent: reading for reading in reversed(sure)}
    journey = next((by_intent[name] for name in JOURNEYS if name in by_intent), None)
    if journey is not None:
        return replace(journey, command=False)
    doubt = _doubt(read, suggest_threshold)
    missed = any(part.asks and _is_missed(part.reading) for part in parts)
    courtesy = () if missed else SMALLTALK
    for reading in (by_intent.get("not_in_bank"), doubt, *map(by_intent.get, ("out_of_scope", *courtesy))):
        if reading is not None:
            return replace(reading, command=False)
    return Reading(FALLBACK, 1.0 - whole.ranking[0][1], whole.ranking)


def in_words(ranking: Sequence[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    """The ranking with each form counted for the entry that says the same at once: where it is not sure that
    the form is asked for, the entry answers, and leads on to the form."""
    shares: dict[str, float] = {}
    for label, share in ranking:
        label = f"{RETRIEVAL}/{JOURNEYS[label]}" if label in JOURNEYS else label
        shares[label] = shares.get(label, 0.0) + share
    return tuple(sorted(shares.items(), key=lambda each: -each[1]))


def without_courtesy(found: list[str], variants: Mapping[str, str]) -> list[str]:
    """The words of a piece without the greeting before or the thanks after it; all, if little is left."""
    rest = found
    while True:
        lengths = range(min(_LONGEST_COURTESY, len(rest)), 0, -1)
        ends = [(n, len(rest)) for n in lengths if variants.get(" ".join(rest[:n])) in _COURTESY]
        ends += [(0, len(rest) - n) for n in lengths if variants.get(" ".join(rest[-n:])) in _COURTESY]
        if not ends:
            break
        rest = rest[slice(*ends[0])]
    return rest if len(rest) >= A_FEW or " ".join(rest) in variants else found


def _entries(whole: Reading, sure: Iterable[Reading]) -> list[Reading]:
    """The sure entries, each once: what the whole was read as before what a piece was, then the surest."""
    best: dict[str, Reading] = {}
    for reading in sorted(sure, key=lambda each: (each is not whole, -each.confidence)):
        if reading.entry is not None:
            best.setdefault(reading.entry, reading)
    return list(best.values())


def _besides(entries: Sequence[Reading]) -> tuple[str, ...]:
    return tuple(reading.entry for reading in entries[:1] if reading.entry and reading.confidence >= SECOND)


def _doubt(read: Iterable[Reading], threshold: float) -> Reading | None:
    found: dict[str, float] = {}
    certainty, surest = 0.0, None
    for reading in read:
        nearest = [(label, share) for label, share in reading.ranking if label.startswith("faq/")][
            :SUGGESTIONS
        ]
        together = sum(share for _, share in nearest)
        if reading.label != FALLBACK or not nearest or together < threshold:
            continue
        if together > certainty:
            certainty, surest = together, reading
        for label, share in nearest:
            if share >= PLAUSIBLE * nearest[0][1]:
                found[label] = max(found.get(label, 0.0), share)
    if surest is None:
        return None
    likeliest = sorted(found, key=lambda label: -found[label])[:SUGGESTIONS]
    ids = tuple(label.split("/", 1)[1] for label in likeliest)
    return Reading(DOUBT, certainty, surest.ranking, suggestions=ids)


def _is_missed(reading: Reading) -> bool:
    return reading.label == FALLBACK and reading.ranking[0][0] not in SMALLTALK
