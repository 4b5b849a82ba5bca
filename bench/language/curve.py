"""Right, suggested, wrong and false answers at every answering threshold, and their picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from bench.language.asked import Question
from bench.language.outcomes import Decide, tally

PICTURE = "thresholds.svg"
STEP, HIGHEST = 0.025, 0.975

# Okabe and Ito's colours, which colour-blind people tell apart; the dashes do for a print in grey.
_LINES = (
    ("answer", "right", "answered rightly", "#0072B2", "-"),
    ("answer", "suggested", "suggested rightly", "#56B4E9", "--"),
    ("answer", "wrong", "answered wrongly", "#D55E00", "-"),
    ("unlabelled", "answered", "answered", "#009E73", "-"),
    ("unlabelled", "suggested", "suggested", "#009E73", "--"),
    ("off_topic", "answered", "answered falsely", "#000000", ":"),
)
_OF = {"answer": "in the bank", "unlabelled": "unlabelled", "off_topic": "off topic"}


def sweep(
    questions: Sequence[Question],
    bank: Collection[str],
    decide_at: Callable[[float], Decide],
    lowest: float,
    current: float,
) -> dict[str, Any]:
    """Counts of every outcome of all questions at thresholds from `lowest` on; `current` is one of them."""
    steps = round((HIGHEST - lowest) / STEP)
    thresholds = sorted({round(lowest + i * STEP, 3) for i in range(steps + 1)} | {current})
    tallies = [tally(questions, bank, decide_at(threshold)) for threshold in thresholds]
    groups = {}
    for kind_of in tallies[0]:
        counts: list[Counter[str]] = [found[kind_of] for found in tallies]
        kinds = sorted(set().union(*counts))
        groups[kind_of] = {
            "questions": sum(counts[0].values()),
            **{kind: [each[kind] for each in counts] for kind in kinds},
        }
    return {"current": current, "thresholds": thresholds, "groups": groups}


def lowest_with(found: dict[str, Any], false_share: float) -> float | None:
    """The lowest threshold of a sweep at which no larger share of what is off topic is answered."""
    group = found["groups"].get("off_topic")
    if group is None:
        return None
    answered = group.get("answered", [0] * len(found["thresholds"]))
    fits = [count <= false_share * group["questions"] for count in answered]
    return next((at for at, each in zip(found["thresholds"], fits, strict=True) if each), HIGHEST)


def draw(found: dict[str, Any], path: Path) -> None:
    """The picture of a sweep as SVG; the same figures give the same bytes."""
    from matplotlib import rc_context  # takes a second, for nobody else's part
    from matplotlib.figure import Figure

    style = {"svg.hashsalt": "linea", "svg.fonttype": "path", "font.size": 10, "axes.spines.top": False}
    with rc_context({**style, "axes.spines.right": False}):
        figure = Figure(figsize=(9, 4.6), constrained_layout=True)
        axes = figure.subplots()
        at = found["thresholds"].index(found["current"])
        for kind_of, kind, label, colour, dashes in _LINES:
            group = found["groups"].get(kind_of)
            if group is None:
                continue
            total = group["questions"]
            percent = [100 * count / total for count in group.get(kind, [0] * len(found["thresholds"]))]
            text = f"{label}: {percent[at]:.0f} % of {total} {_OF[kind_of]}"
            axes.plot(found["thresholds"], percent, color=colour, linestyle=dashes, linewidth=2, label=text)
        axes.axvline(found["current"], color="#666666", linewidth=1)
        axes.annotate(
            f"in use: {found['current']:g}",
            (found["current"], 100),
            xytext=(4, -4),
            textcoords="offset points",
            va="top",
            color="#444444",
        )
        axes.set(
            xlabel="answering threshold (least confidence at which an entry is answered)",
            ylabel="share of the questions, %",
            ylim=(0, 100),
            xlim=(found["thresholds"][0], found["thresholds"][-1]),
        )
        axes.grid(axis="y", color="#dddddd", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncol=2, frameon=False)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
