"""`python -m bench [receive] [turns] [memory] [stock] [understanding] [triage]`: all parts if none is named.

`--messages FILE…` at the end: what `triage` reads instead of tests/triage/unseen.yml.

Writes bench/results/<part>.json and bench/RESULTS.md. Ends with 1 only when a message was lost or something
did not start: a slow machine is no failure.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from bench import processes, receive, report, results, stock, turns, understanding
from bench.triage import part as triage

PARTS = ("receive", "turns", "memory", "stock", "understanding", "triage")


def main(wanted: list[str]) -> int:
    """Measure these parts; the exit code."""
    at = wanted.index("--messages") if "--messages" in wanted else len(wanted)
    wanted, messages = wanted[:at], [Path(name) for name in wanted[at + 1 :]]
    unknown = set(wanted) - set(PARTS)
    if unknown:
        print(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    parts = wanted or list(PARTS)
    lost = 0
    for part in PARTS:
        if part not in parts or (part == "memory" and "turns" in parts):
            continue
        print(part, flush=True)
        try:
            found = _measure(part, set(parts), messages)
        except processes.Failed as error:
            print(error, file=sys.stderr)
            return 1
        for name, figures in found.items():
            results.save(name, figures)
            lost += figures.get("lost", 0)
    report.write()
    print(f"{report.PAGE.name} written", flush=True)
    if lost:
        print(f"{lost} messages were lost or doubled", file=sys.stderr)
    return 1 if lost else 0


def _measure(part: str, parts: set[str], messages: list[Path]) -> dict[str, dict[str, Any]]:
    if part == "receive":
        return {"receive": receive.measure()}
    if part in ("turns", "memory"):
        return turns.measure(parts & {"turns", "memory"})
    if part == "stock":
        return {"stock": stock.measure()}
    if part == "triage":
        return {"triage": triage.measure(messages)}
    return {"understanding": understanding.measure()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
