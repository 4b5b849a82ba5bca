"""`python -m bench [part …]`: measures these parts (PARTS), all of them if none is named.

`--questions FILE`, `--labels FILE`: what `language` asks instead of bench/questions/. `--messages FILE…`:
what `triage` reads instead of tests/triage/unseen.yml. Writes bench/results/<part>.json and bench/RESULTS.md.
Ends with 1 only when a message was lost or something did not start: a slow machine is no failure.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from bench import burst, flood, processes, profile, receive, report, results, stock, turns
from bench.language import asked
from bench.language import part as language
from bench.language.asked import QuestionFile
from bench.triage import part as triage

PARTS = ("receive", "turns", "memory", "burst", "flood", "profile", "stock", "language", "triage")


def main(arguments: list[str]) -> int:
    """Measure what is asked for; the exit code."""
    parser = _parser()
    wanted = parser.parse_args(arguments)
    parts = set(wanted.parts or PARTS)
    if unknown := parts - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    try:
        questions = asked.read_all(wanted.questions, wanted.labels)
    except asked.BadLine as error:
        print(error, file=sys.stderr)
        return 2
    lost = 0
    for part in PARTS:
        if part not in parts or (part == "memory" and "turns" in parts):
            continue
        print(part, flush=True)
        try:
            found = _measure(part, parts, wanted, questions)
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measures speed, language and triage."
    )
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; all if none")
    files = {"action": "append", "type": Path, "default": [], "metavar": "FILE"}
    parser.add_argument("--questions", **files, help="language: JSON lines; may be repeated")
    parser.add_argument("--labels", **files, help='language: JSON lines {"text", "entry"}, what answers what')
    parser.add_argument(
        "--without-stock", action="store_true", help="language: ours alone; stock Rasa takes long to train"
    )
    parser.add_argument(
        "--messages", nargs="+", type=Path, default=[], metavar="FILE", help="triage: what it reads"
    )
    return parser


def _measure(
    part: str, parts: set[str], wanted: argparse.Namespace, questions: list[QuestionFile]
) -> dict[str, dict[str, Any]]:
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
    if part == "language":
        return {"language": language.measure(questions, with_stock=not wanted.without_stock)}
    return {"triage": triage.measure(wanted.messages)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
