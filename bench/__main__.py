"""`python -m bench [part …]`: measures these parts (PARTS), all of them if none is named.

Writes bench/results/<part>.json and bench/RESULTS.md. Ends with 1 only when a message was lost or something
did not start: a slow machine is no failure.
"""

from __future__ import annotations

import sys
from typing import Any

from bench import burst, flood, processes, profile, receive, report, results, stock, turns, understanding

PARTS = ("receive", "turns", "memory", "burst", "flood", "profile", "stock", "understanding")


def main(wanted: list[str]) -> int:
    """Measure these parts; the exit code."""
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
            found = _measure(part, set(parts))
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


def _measure(part: str, parts: set[str]) -> dict[str, dict[str, Any]]:
    if part == "receive":
        return {"receive": receive.measure()}
    if part in ("turns", "memory"):
        return turns.measure(parts & {"turns", "memory"})
    if part == "burst":
        return {"burst": burst.measure()}
    if part == "flood":
        return {"flood": flood.measure()}
    if part == "profile":
        return {"profile": profile.measure()}
    if part == "stock":
        return {"stock": stock.measure()}
    return {"understanding": understanding.measure()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
