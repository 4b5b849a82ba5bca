"""The section "Language" of bench/RESULTS.md."""

from __future__ import annotations

from typing import Any

from bench.language.curve import PICTURE
from bench.language.outcomes import ELSEWHERE, KINDS

Row = tuple[str, str, str, str]

_TITLES = {
    "answer": "Questions that the bank has an entry for",
    "lacking": "Questions that, by their label, the bank has no entry for: the miss is right",
    "unlabelled": "Questions that nobody has labelled: right and wrong cannot be told",
    "smalltalk": "Small talk",
    "off_topic": "Off topic: every answer is false",
    "either": "Off topic or not, nobody has said",
}
_KINDS = {"miss": "honest miss", "person": "to a person", "safety": "traffic light"}

REMARKS = """\
- **Language**: the model is trained afresh and asked through the function of `linea classify`. What an
  outcome means stands in [language/outcomes.py](language/outcomes.py), where the questions come from in
  [questions/](questions/README.md). Intervals are Wilson's at 95 %. "Word for word": questions that an
  editor happens to have written too. One classification is traffic light, reading and decision.
- **Stock Rasa in the language part** is Rasa's own default pipeline (DIET, response selector, fallback)
  trained on the same examples, its reading put through the same traffic light and the same decision; it has
  no "¿quisiste decir…?". *At our rate* it answers only from a sureness (of the intent times of the answer)
  at which it answers no more off-topic messages than we do; *at 5 %* both are let go, or held back, until
  they answer at most 5 % of them. That sureness and that threshold are chosen on these very questions. Two
  trainings of DIET do not come out alike.
"""


def rows(found: dict[str, Any]) -> list[Row]:
    """The rows of the table at the top."""
    classify = found["classify"]
    many = f"{classify['seconds']} s ({classify['ms_per_line']} ms each)"
    return [
        (
            "Training the whole model",
            "",
            "60 s",
            f"{found['training']['seconds']} s ({found['entries']} entries)",
        ),
        ("One classification", "", "5 ms", _milliseconds(found["one"])),
        ("`linea classify`, 5 000 messages", "60 s", "", many),
    ]


def section(found: dict[str, Any]) -> str:
    """A table for each group of questions, what stock Rasa took, and the picture."""
    text = "## Language\n\n" + "".join(_table(group, found["files"]) for group in KINDS)
    if lenient := found["threshold_at_5_percent"]:
        text += f"Our threshold is {found['curve']['current']:g}, at 5 % it would be {lenient:g}. "
    if stock := found["stock"]:
        least = ", ".join(f"{value:g} ({name})" for name, value in stock["least_sureness"].items() if value)
        text += (
            f"Sureness asked of stock Rasa: {least or 'none'}. Stock Rasa {stock['rasa']} trained "
            f"{stock['trained']['seconds']:.0f} s on the same examples (at low priority, load average "
            f"{stock['trained']['load']}) and takes {_milliseconds(stock)} a message."
        )
    text += "\n\n"
    known = ", ".join(
        f"{file['name']} {file['word_for_word']} of {file['questions']}" for file in found["files"]
    )
    text += f"Word for word in the bank: {known}.\n\n"
    text += f"![Outcomes over the answering threshold](results/{PICTURE})\n"
    return text


def _table(group: str, files: list[dict[str, Any]]) -> str:
    tables = [(file["name"], file["groups"][group]) for file in files if group in file["groups"]]
    if len(tables) == 2 and tables[0][1] == tables[1][1]:
        del tables[1]  # "all files" would say the same again
    if not tables:
        return ""
    happened = {
        kind for _, table in tables for share in table.values() if isinstance(share, dict) for kind in share
    }
    kinds = [*KINDS[group], *(kind for kind in ELSEWHERE if kind in happened)]
    head = ["File", "Questions", "", *(_KINDS.get(kind, kind) for kind in kinds)]
    lines = [head, ["---"] * len(head)]
    for name, table in tables:
        readers = [(reader, shares) for reader, shares in table.items() if reader != "questions"]
        for i, (reader, shares) in enumerate(readers):
            first = [name, str(table["questions"])] if i == 0 else ["", ""]
            lines.append([*first, reader, *(_share(shares.get(kind)) for kind in kinds)])
    return f"**{_TITLES[group]}**\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines) + "\n"


def _share(found: dict[str, float] | None) -> str:
    if found is None:
        return "0"
    low, high = (f"{100 * found[end]:.0f}" for end in ("low", "high"))
    return f"{found['count']}: {100 * found['share']:.1f} % ({low}–{high})"


def _milliseconds(found: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value:g}" for name, value in found["milliseconds"].items()) + " ms"
