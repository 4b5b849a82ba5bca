"""What came of each question, in the words of the report, and the shares of a file with their intervals.

An entry is answered when it is the decision's `entry` or stands in `also`; what the traffic light takes
before any entry (red, yellow, green) is `safety` everywhere, and who is passed to a person without an
entry's answer is `person`. For the rest, by what the question deserves (`group`):

`answer`      the bank has an entry for it. `right`: an accepted entry was answered at once; `suggested`: none
              was answered and an accepted one was offered; `wrong`: only other entries were answered; `miss`,
              the honest one: nothing was answered, and nothing accepted offered.
`lacking`     by its label the bank has no entry for it, so that the honest `miss` is what is right, with
              suggestions or without; `wrong`: an entry was answered.
`unlabelled`  an answer was expected and nobody has said which: `answered`, `suggested` (anything), `miss`.
`smalltalk`   `understood`: taken for small talk or a command; `answered` with an entry; `suggested`; `miss`.
`off_topic`   `answered`: an entry was, which is false; `suggested`: entries were offered; `refused`: neither.
`either`      an answer may be right as well, and nobody has said: as `off_topic`, without a judgement.
              Labelled, such a question is an `answer`, `lacking`, or, with an empty label, `off_topic`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from typing import Any

from bench.intervals import wilson
from bench.language.asked import EITHER, Question

KINDS = {
    "answer": ("right", "suggested", "miss", "wrong"),
    "lacking": ("miss", "wrong"),
    "unlabelled": ("answered", "suggested", "miss"),
    "smalltalk": ("understood", "answered", "suggested", "miss"),
    "off_topic": ("answered", "suggested", "refused"),
    "either": ("answered", "suggested", "refused"),
}
ELSEWHERE = ("person", "safety")

Decide = Callable[[str], dict[str, Any]]  # a text to the fields that `linea classify` adds to it


def group(question: Question, bank: Collection[str]) -> str:
    """Which of KINDS the question belongs to; `bank`: the ids of all entries."""
    labelled = question.entries is not None
    if question.expect in ("smalltalk", "off_topic"):
        return question.expect
    if question.expect.startswith(EITHER) and not question.entries:
        return "off_topic" if labelled else "either"
    if question.entries is None:
        return "unlabelled"
    return "answer" if any(entry in bank for entry in question.entries) else "lacking"


def outcome(kind_of: str, accepted: Collection[str], decided: dict[str, Any]) -> str:
    """One of KINDS[kind_of] or ELSEWHERE; `accepted`: the ids that answer the question."""
    decision = decided["decision"]
    if decision in ("red", "yellow", "green"):
        return "safety"
    answered = {entry for entry in (decided["entry"], *decided["also"]) if entry is not None}
    judged = kind_of in ("answer", "lacking")
    if answered and judged:
        return "right" if answered & set(accepted) else "wrong"
    if answered:
        return "answered"
    if decision == "handoff":
        return "person"
    if kind_of == "smalltalk" and decision in ("smalltalk", "command"):
        return "understood"
    if decision == "suggest" and (not judged or set(decided["suggestions"]) & set(accepted)):
        return "suggested"
    return "refused" if kind_of in ("off_topic", "either") else "miss"


def judge(question: Question, bank: Collection[str], decide: Decide) -> str:
    """The outcome of one question."""
    return outcome(group(question, bank), question.entries or (), decide(question.text))


def tally(questions: Iterable[Question], bank: Collection[str], decide: Decide) -> dict[str, Counter[str]]:
    """How often each outcome, by group; groups without a question are left out."""
    found: dict[str, Counter[str]] = {}
    for question in questions:
        found.setdefault(group(question, bank), Counter())[judge(question, bank, decide)] += 1
    return {kind_of: found[kind_of] for kind_of in KINDS if kind_of in found}


def shares(kind_of: str, counts: Counter[str]) -> dict[str, dict[str, float]]:
    """Every kind of the group with count, share and interval; ELSEWHERE only where it happened."""
    total = sum(counts.values())
    kinds = [*KINDS[kind_of], *(kind for kind in ELSEWHERE if counts[kind])]
    found = {}
    for kind in kinds:
        low, high = wilson(counts[kind], total)
        share = counts[kind] / total if total else 0.0
        found[kind] = {
            "count": counts[kind],
            "share": round(share, 4),
            "low": round(low, 4),
            "high": round(high, 4),
        }
    return found
