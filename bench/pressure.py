"""What RESULTS.md says of the parts `burst`, `flood` and `profile`, and of a burst beside stock Rasa."""

from __future__ import annotations

from typing import Any

Row = tuple[str, str, str, str]

REMARKS = """- **Burst**: everything `linea run` starts; 5 000 signed webhooks in 10 s at even distance, from
  1 000 people nobody knows, each of whom writes every two seconds. Drained = from the first message to the
  last answer at the Graph API, with every message handled. Lost, doubled and order are what the line's rows
  and the Graph API say: the messages of a person stand in the inbox as they were sent, and are answered in
  that order (two that were on their way at once have none). With no burst pause every message is a turn of
  its own, the most work there can be; with the pause as installed, what one person sends close together is
  read as one. An acknowledgement is counted from the moment the message was due, over at most 128
  connections. Stock Rasa gets the small burst, in the same way, because it would take minutes over the large
  one; it keeps nothing on disk before it answers, and one that asks has to wait for the answer.
- **Flood**: the burst pause as installed; 50 people ask whole sentences, 5 a second by chance, throughout,
  while four people, one every 30 s, send 500 messages each in 10 s. The others' latency in those ten seconds
  stands beside that of the same people between the floods. Number 487 is "me quiero morir"; its time runs
  until the crisis text is at the Graph API. A reply is an answered turn, in however many messages.
- **A turn by part**: the processes of `linea run`, started by hand under [timed.py](timed.py), which notes
  the line's own named steps and the begin and end of a few functions; one message every 0.7 s, so that the
  statuses of an answer fall between two turns.
"""


def rows(found: dict[str, Any]) -> list[Row]:
    """The lines of the first table."""
    lines: list[Row] = []
    for phase in found.get("burst", {}).get("phases", []):
        goal = "drained ≤ 180 s" if phase["messages"] == 5000 else ""
        wrong = (phase["lost"], phase["doubled"], phase["out_of_order"])
        lines += [
            (f"Burst, {phase['phase']}", "", goal, f"drained in {phase['drained_seconds']} s"),
            ("… lost, doubled, out of order", "", "0, 0, 0", ", ".join(map(str, wrong))),
            ("… acknowledged", "", "p99 ≤ 250 ms", latency(phase["acknowledged_ms"])),
        ]
    if flood := found.get("flood"):
        floods, others = flood["floods"], flood["others_ms"]
        change = flood["others_p95_change_percent"]
        lines += [
            (
                "One person floods, 500 in 10 s: the others' p95",
                "",
                "+20 %",
                f"{others['quiet']['p95']} → {others['flood']['p95']} ms ({change:+d} %)",
            ),
            ("… kept of each flood", "", "500", _each(floods, "kept")),
            ("… replies in the 10 s", "", "≤ 10", _each(floods, "replies_in_the_flood")),
            ("… red in no. 487: crisis text after", "", "≤ 5 s", f"{_each(floods, 'red_seconds')} s"),
        ]
    return lines


def beside_stock(found: dict[str, Any]) -> list[tuple[str, float, list[float]]]:
    """Title, ours and stock's, of the small burst; nothing where one of the two was not measured."""
    stock = [found["stock"][name].get("burst") for name in ("memory", "sqlite")]
    phases = found.get("burst", {}).get("phases", [])
    ours = next((phase for phase in phases if phase["messages"] == (stock[0] or {}).get("messages")), None)
    if ours is None:
        return []
    title = f"{ours['messages']} in 10 s"
    return [
        (f"{title}: drained in, s", ours["drained_seconds"], [one["drained_seconds"] for one in stock]),
        (f"{title}: p95, ms", ours["latency_ms"]["p95"], [one["latency_ms"]["p95"] for one in stock]),
        (f"{title}: CPU a turn, ms", ours["cpu_ms_per_turn"], [one["cpu_ms_per_turn"] for one in stock]),
    ]


def by_part(profile: dict[str, Any]) -> str:
    """Where the milliseconds of one turn go."""
    parts, inside = profile["parts_ms"], profile["in_rasa_ms"]
    total = sum(parts.values())
    lines = ["| part | ms | share |\n|---|---|---|\n"]
    for title, spent in parts.items():
        lines.append(f"| {title} | {spent:.1f} | {spent / total:.0%} |\n")
        if title.startswith("Rasa"):
            lines += [f"| … {part} | {ms:.1f} | {ms / total:.0%} |\n" for part, ms in inside.items()]
    lines.append(f"| **from the webhook to the Graph API** | **{total:.1f}** | |\n")
    lines.append(f"\nMeans of {profile['measured']} turns, one at a time. {latency(profile['total_ms'])}.\n")
    return "".join(lines)


def latency(found: dict[str, float]) -> str:
    """Percentiles as a cell shows them."""
    return ", ".join(f"{name} {value:g}" for name, value in found.items()) + " ms" if found else "no answer"


def _each(floods: list[dict[str, Any]], name: str) -> str:
    return ", ".join("none" if flood[name] is None else f"{flood[name]:g}" for flood in floods)
