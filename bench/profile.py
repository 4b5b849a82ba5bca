"""Part `profile`: where the time of one turn goes, from the webhook to the Graph API, by part.

The processes of `linea run` are started by hand and under bench/timed.py, which has them note their steps.
One person writes at a time, so that what lies between a message and its answer is that turn and no other.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean
from typing import Any
from urllib.parse import urlsplit

from bench import line, machine, processes, questions
from bench.processes import Load
from bench.timed import NOTES
from linea import training
from linea.assistant import preflight
from linea.commands.rasa import ENVIRONMENT
from linea.settings import ROOT, Settings

TURNS, EVERY = 120, 0.7  # seconds: the statuses of one answer come between the next turns, not into them
PEOPLE = 40
WARM_UP = 10  # turns not counted
# What ends each part of a turn, in the order in which they follow; the first begins when the message is due.
PARTS = (
    ("webhook: HTTP, signature", "web.received"),
    ("webhook: read, rows, commit", "web.committed"),
    ("waits for the worker's look", "look:begin"),
    ("watched for danger", "look:end"),
    ("leased, prepared, commit", "turn.prepared"),
    ("Rasa, over HTTP", "turn.answered"),
    ("composed, rows, commit", "turn.committed"),
    ("waits for the sender's look", "claim:begin"),
    ("claimed, commit", "send.claimed"),
    ("address, HTTP to the Graph API", "reached"),
)
IN_RASA = (
    ("understanding (NLU)", "parse_message"),
    ("dialogue (policies)", "predict_next_with_tracker_if_should"),
    ("actions and wording", "_run_action"),
)
Notes = list[tuple[float, str]]


def measure() -> dict[str, Any]:
    """Milliseconds of each part, on average over the turns."""
    folder = processes.fresh_folder("profile")
    described = machine.describe(folder)
    notes = folder / "notes"
    with _timed(folder, notes) as (load, config, watched):
        clock, load_before = machine.Clock(), os.getloadavg()[0]
        before = sum(processes.cpu_seconds(watched).values())
        texts, people = questions.load(config), questions.phones(0, PEOPLE)
        script = [(n * EVERY, people[n % PEOPLE], texts[n]) for n in range(WARM_UP + TURNS)]
        said = load.ask("say", messages=script)
        heard = load.ask("reached")
        spent = sum(processes.cpu_seconds(watched).values()) - before
    noted = _read(notes) + [(moment, "reached") for _, moment, _ in heard["reached"]]
    dues = [due for _, due, *_ in said["sent"]][WARM_UP:]
    turns = [_turn(due, due + EVERY, sorted(noted)) for due in dues]
    whole = [turn for turn in turns if turn is not None]
    figures = {
        "turns": TURNS,
        "measured": len(whole),
        "parts_ms": _means(whole, [title for title, _ in PARTS]),
        "in_rasa_ms": _means(whole, [*(title for title, _ in IN_RASA), "tracker and the rest", "HTTP, JSON"]),
        "total_ms": machine.percentiles([sum(turn[title] for title, _ in PARTS) for turn in whole]),
        "others_cpu_percent": clock.others_percent(spent + heard["generator_cpu_seconds"]),
        "load_before": round(load_before, 2),
        "lost": TURNS - len(whole),
    }
    print(f"  {figures['parts_ms']}, in Rasa {figures['in_rasa_ms']}", flush=True)
    return {**described, **figures}


def _turn(due: float, until: float, noted: Notes) -> dict[str, float] | None:
    """Milliseconds of each part of the turn between two moments; None if it did not come to its end."""
    mine = [(moment, name) for moment, name in noted if due <= moment < until]
    found, at = {}, due
    for title, name in PARTS:
        ends = [moment for moment, what in mine if what == name]
        if not ends:
            return None
        # The other process can be there before this one has written down that it is done.
        found[title], at = max(0.0, ends[0] - at) * 1000, max(at, ends[0])
    inside = {title: _spent(mine, name) for title, name in IN_RASA}
    handled = _spent(mine, "handle_message")
    found["tracker and the rest"] = handled - sum(inside.values())
    found["HTTP, JSON"] = found["Rasa, over HTTP"] - handled
    return {**found, **inside}


def _spent(mine: Notes, name: str) -> float:
    begins = [moment for moment, what in mine if what == f"{name}:begin"]
    ends = [moment for moment, what in mine if what == f"{name}:end"]
    return (sum(ends) - sum(begins)) * 1000


def _means(turns: list[dict[str, float]], titles: list[str]) -> dict[str, float]:
    return {title: round(fmean(turn[title] for turn in turns), 2) for title in titles} if turns else {}


def _read(notes: Path) -> Notes:
    lines = (each.split() for each in notes.read_text(encoding="utf-8").splitlines())
    return [(float(moment), name) for name, moment in lines]


@contextlib.contextmanager
def _timed(folder: Path, notes: Path) -> Iterator[tuple[Load, Settings, dict[str, Any]]]:
    with line.placed(folder, burst_pause=0) as (env, config, load), contextlib.ExitStack() as stack:
        for command in ("migrate", "train"):
            with processes.running(processes.linea(command), env, folder / "run.log", lambda: True) as once:
                once.wait()
        timed = [sys.executable, "-m", "bench.timed"]
        commands = {
            "actions": processes.linea("actions"),
            "rasa": [*timed, *_rasa_arguments(folder, config)],
            "worker": [*timed, "worker"],
            "web": [*timed, "web"],
        }
        watched = {}
        for name, command in commands.items():
            its = {**env, NOTES: str(notes)} | (ENVIRONMENT if name == "rasa" else {})
            last = name == "web"
            ready = (lambda: line.is_ready(config)) if last else lambda: True
            started = processes.running(command, its, folder / f"{name}.log", ready)
            watched[name] = stack.enter_context(started)
        yield load, config, watched


def _rasa_arguments(folder: Path, config: Settings) -> list[str]:
    """As `linea rasa` becomes it."""
    endpoints = folder / "rasa-endpoints.yml"
    text = preflight.with_actions_url(ROOT / "endpoints.yml", config.actions_url)
    endpoints.write_text(text, encoding="utf-8")
    return [
        *("rasa", "run", "-i", "127.0.0.1", "-p", str(urlsplit(config.rasa_url).port)),
        *("--model", str(training.model_path(config)), "--credentials", "credentials.yml"),
        *("--endpoints", str(endpoints)),
    ]
