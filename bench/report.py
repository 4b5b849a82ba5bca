"""Writes bench/RESULTS.md, one page, from the dated figures in bench/results/."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench import pressure, results
from bench.language import page as language
from bench.pressure import Row
from bench.pressure import latency as _latency
from bench.triage import page as triage

PAGE = Path(__file__).resolve().parent / "RESULTS.md"
BUSY = 10  # percent of all cores
PARTS = (  # in this order
    *("receive", "turns", "memory", "burst", "flood", "profile", "stock", "language", "triage"),
)

HEAD = """# Speed, language and triage

Written by `make bench` from the dated figures in [results/](results/). A figure is worth little without the
machine and what else ran on it: see the last section.

"""

REMARKS = """## How it was measured

- **Receiving**: `linea web` alone, worker stopped; 300 signed webhooks a second at even distance for 60 s
  over kept connections, one message to three statuses of messages the line knows; a third of the messages
  come from people who have never written. A latency runs from the moment a webhook was due, so that a
  slow server is not spared the requests that had to wait. Lost = webhooks without their row; the database
  is SQLite.
- **Turns**: everything `linea run` starts, with the real model, over HTTP from Meta's webhook to the
  Graph API. People come by chance (Poisson) at the stated rate and ask the bank's own questions; every
  message of the line brings back three signed statuses, so 60 turns/s are 240 webhooks/s. A turn runs
  from the moment the person was due to write to the arrival of the answer at the Graph API, matched by
  the line's own rows. The burst pause is 0. A rate is not tried when the one before it could not be held.
- **CPU a turn** is user and system time of all our processes (web, worker, Rasa, actions, supervisor).
  The load generator with its Graph API is a process of its own on the same cores, and is not counted.
- **Stock Rasa in the speed parts** is what `rasa init` makes, REST channel, asked the same questions by as
  many at once. It has the easier work: seven intents of small talk instead of the bank, no signed webhooks,
  no statuses, no sending, and a message is lost when the process dies. Compare ratios, not absolute figures.
- **Memory** is PSS (what a process holds alone and its share of what is shared), after the turns.
"""


def write() -> None:
    """The page, with whatever parts have been measured so far."""
    parts = {name: results.load(name) for name in PARTS}
    found = {name: figures for name, figures in parts.items() if figures is not None}
    text = HEAD + _table(_rows(found)) + "\n"
    if "turns" in found and "stock" in found:
        text += "## Beside stock Rasa 3.6.21\n\n" + _beside_stock(found) + "\n"
    if "turns" in found:
        text += "## Where a turn's CPU goes\n\n" + _by_process(found["turns"]) + "\n"
    if "profile" in found:
        text += "## A turn by part\n\n" + pressure.by_part(found["profile"]) + "\n"
    if "language" in found:
        text += language.section(found["language"]) + "\n"
    if "triage" in found:
        text += triage.section(found["triage"]) + "\n"
    remarks = REMARKS + pressure.REMARKS + language.REMARKS + triage.REMARKS
    text += remarks + "\n## On what\n\n" + _machines(found) + _busy(found)
    PAGE.write_text(text, encoding="utf-8")


def _rows(found: dict[str, Any]) -> list[Row]:
    rows: list[Row] = []
    if receive := found.get("receive"):
        steady = receive["steady"]
        rows += [
            ("Receiving 300 webhooks/s for 60 s", "p99 ≤ 100 ms", "", _latency(steady["latency_ms"])),
            ("… lost", "0", "", f"{steady['lost']} of {steady['webhooks']}"),
            (
                "… highest rate tried that holds p99 ≤ 100 ms",
                "300/s",
                "",
                f"{receive['highest_rate_within_goal']}/s" if receive["highest_rate_within_goal"] else "none",
            ),
            ("… CPU of `web` a webhook", "", "", f"{steady['cpu_ms_per_webhook']} ms"),
        ]
    for phase in found.get("turns", {}).get("phases", []):
        floor, goal = {"30/s": ("p95 ≤ 1 s", ""), "60/s": ("", "p95 ≤ 1 s")}.get(phase["phase"], ("", ""))
        rows += [
            (f"Turns, {phase['phase']}: webhook → Graph", floor, goal, _latency(phase["latency_ms"])),
            (
                "… turns/s, lost, doubled, CPU a turn",
                "",
                "",
                f"{phase['turns_per_second']}, {phase['lost']}, {phase['doubled']}, "
                f"{phase['cpu_ms_per_turn']} ms",
            ),
        ]
    rows += pressure.rows(found)
    if memory := found.get("memory"):
        each = ", ".join(f"{name} {round(mib)}" for name, mib in memory["pss_mib"].items())
        rows.append(
            ("Memory (PSS) of all processes", "1 229 MiB", "", f"{memory['pss_mib_total']} MiB ({each})")
        )
    if "language" in found:
        rows += language.rows(found["language"])
    if "triage" in found:
        rows += triage.rows(found["triage"])
    return rows


def _table(rows: list[Row]) -> str:
    head = ("Measured", "Floor", "Goal", "Found")
    lines = [head, ("---",) * 4, *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _beside_stock(found: dict[str, Any]) -> str:
    phases = found["turns"]["phases"]
    lines = ["| | ours | stock, in memory | stock, SQLite | ours / stock SQLite |\n|---|---|---|---|---|\n"]
    kept = [found["stock"][name] for name in ("memory", "sqlite")]
    ours = next(phase for phase in phases if phase["phase"] == f"{kept[0]['at_once']} at once")
    for title, name in (("turns/s", "turns_per_second"), ("CPU a turn, ms", "cpu_ms_per_turn")):
        lines.append(
            _ratio(f"{title}, {kept[0]['at_once']} at once", ours[name], [one[name] for one in kept])
        )
    for percentile in ("p50", "p95"):
        values = [one["latency_ms"][percentile] for one in kept]
        lines.append(_ratio(f"{percentile}, ms", ours["latency_ms"][percentile], values))
    if "memory" in found:
        values = [one["pss_mib_total"] for one in kept]
        lines.append(_ratio("PSS, MiB", found["memory"]["pss_mib_total"], values))
    lines += [_ratio(*compared) for compared in pressure.beside_stock(found)]
    silent = ", ".join(str(one["unanswered"]) for one in kept)
    lines.append(f"\nOf {kept[0]['turns']} questions the starter left {silent} without any answer; we left ")
    lines.append(f"{ours['lost']} of {ours['turns']}.\n")
    return "".join(lines)


def _ratio(title: str, ours: float, stock: list[float]) -> str:
    ratio = f"{ours / stock[1]:.2f}" if stock[1] else "–"
    return f"| {title} | {ours} | {stock[0]} | {stock[1]} | {ratio} |\n"


def _by_process(turns: dict[str, Any]) -> str:
    names = sorted({name for phase in turns["phases"] for name in phase["cpu_ms_per_turn_by_process"]})
    lines = [f"| ms a turn | {' | '.join(names)} |\n|---|{'---|' * len(names)}\n"]
    for phase in turns["phases"]:
        values = [str(phase["cpu_ms_per_turn_by_process"].get(name, 0.0)) for name in names]
        lines.append(f"| {phase['phase']} | {' | '.join(values)} |\n")
    return "".join(lines)


def _machines(found: dict[str, Any]) -> str:
    lines = [
        "| Part | Date | Commit | Cores, RAM, Python | fsync 4 KB, p50 / p99 | Load before | Others' CPU |\n",
        "|---|---|---|---|---|---|---|\n",
    ]
    for name, part in found.items():
        machine = f"{part['cores']}, {part['ram_gib']} GiB, {part['python']}"
        sync = f"{part['fsync_ms']['p50']} / {part['fsync_ms']['p99']} ms"
        lines.append(
            f"| {name} | {part['date']} | {part['commit']} | {machine} | {sync} | {part['load_before']} | "
            f"{_others(name, part)} |\n"
        )
    lines.append("\nOthers' CPU: share of all cores that neither the line nor the load generator used.\n")
    return "".join(lines)


def _busy(found: dict[str, Any]) -> str:
    busy = [name for name, part in found.items() if any(share > BUSY for share in _shares(name, part))]
    if not busy:
        return ""
    return (
        f"\n**{', '.join(busy)}**: others used more than {BUSY} % of this machine, so these figures "
        "are worse than on a machine of the line's own.\n"
    )


def _others(name: str, part: dict[str, Any]) -> str:
    return ", ".join(f"{share:g} %" for share in _shares(name, part)) or "–"


def _shares(name: str, part: dict[str, Any]) -> list[float]:
    if name == "receive":
        phases = [part["steady"], *part["steps"]]
    elif name == "stock":
        served = [part["memory"], part["sqlite"]]
        phases = [*served, *(one["burst"] for one in served if "burst" in one)]
    elif name in ("flood", "profile"):
        phases = [part]
    elif name == "language":
        phases = [part["training"], part["one"], part["classify"]]
    else:
        phases = part.get("phases", [])
    return [phase["others_cpu_percent"] for phase in phases]
