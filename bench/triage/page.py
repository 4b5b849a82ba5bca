"""The section of bench/RESULTS.md on the traffic light."""

from __future__ import annotations

from typing import Any

Row = tuple[str, str, str, str]

REMARKS = """- **Traffic light**: messages by people who have read neither the rules nor what was learnt from
  (tests/triage/unseen.yml). Intervals are Wilson's at 95 %. "Disguised": every letter or word of every
  message is typed so. The learning curve fits anew on a part of the messages, rules and all.
"""


def rows(found: dict[str, Any]) -> list[Row]:
    """The lines of the first table."""
    together = found["together"]
    wanted = (
        ("Red messages taken as red", "≥ 0.90", "0.97", "all red", "red"),
        ("Yellow messages taken as yellow or red", "≥ 0.80", "0.93", "all yellow", "yellow"),
        ("Look-alikes taken as red", "≤ 0.10", "", "none, look-alike", "red"),
        ("Ordinary messages taken as red", "≤ 0.02", "", "none, ordinary", "red"),
        ("… as any colour", "", "≤ 0.05", "none, ordinary", "green"),
    )
    lines = [
        (title, floor, goal, _share(together[group], colour))
        for title, floor, goal, group, colour in wanted
        if group in together
    ]
    ms = found["ms"]
    return [*lines, ("The colour of a message", "2 ms", "", f"p50 {ms['p50']} ms, p99 {ms['p99']} ms")]


def section(found: dict[str, Any]) -> str:
    """Kinds, disguises and the learning curve."""
    kinds = ["| | messages | red | rules alone | yellow or red | any colour |\n|---|---|---|---|---|---|\n"]
    for name, row in found["together"].items():
        alone = found["rules"][name]
        kinds.append(
            f"| {name} | {row['messages']} | {_share(row, 'red')} | {alone['red']:.3f} | "
            f"{_share(row, 'yellow')} | {_share(row, 'green')} |\n"
        )
    disguised = ["| Typed | red taken as red | false red |\n|---|---|---|\n"]
    for name, row in found["disguised"].items():
        disguised.append(f"| {name} | {row['red']:.3f} | {row['false_red']:.3f} |\n")
    curve = [
        "| Learnt from | red | yellow or above | false red | false yellow or red | seconds to fit |\n"
        "|---|---|---|---|---|---|\n"
    ]
    for row in found["curve"]:
        curve.append(
            f"| {row['messages']} | {row['red']:.3f} | {row['yellow']:.3f} | {row['false_red']:.3f} | "
            f"{row['false_yellow']:.3f} | {row['seconds']} |\n"
        )
    return (
        f"## The traffic light\n\n{''.join(kinds)}\n### Disguised\n\n{''.join(disguised)}\n"
        f"### The learning curve\n\n{''.join(curve)}"
    )


def _share(row: dict[str, Any], colour: str) -> str:
    low, high = row[f"{colour}_interval"]
    return f"{row[colour]:.3f} ({low:.2f}–{high:.2f})"
