"""`python -m bench.timed web|worker|rasa …`: a process of the line as ever, that notes when what happened.

Every note is one line in the file named by BENCH_NOTES: a name and a moment of `time.monotonic()`. Noted are
the line's own named steps (linea/steps.py), and the begin and end of what a turn is made of.
"""

from __future__ import annotations

import asyncio
import functools
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from linea import steps

NOTES = "BENCH_NOTES"
Note = Callable[[str], None]


def main(arguments: list[str]) -> None:
    """Become the process named by the first argument; the rest, for Rasa, are its own command line."""
    notes = open(os.environ[NOTES], "a", buffering=1, encoding="utf-8")  # noqa: SIM115 (until the process ends)

    def note(name: str) -> None:
        notes.write(f"{name} {time.monotonic():.6f}\n")

    sys.argv = ["linea", *arguments]
    if arguments[0] == "rasa":
        from linea.assistant import launch

        _time_rasa(note)
        launch.main()
        return
    steps.reached = lambda step: note(step.value)  # before the modules that import it by its name
    from linea.cli import main as linea

    if arguments[0] == "worker":
        _time_worker(note)
    linea()


def _time_worker(note: Note) -> None:
    from linea import dispatch, outbox, watch

    _time(watch, "look", note)
    _time(dispatch, "finish", note)
    _time(outbox, "claim", note)


def _time_rasa(note: Note) -> None:
    from rasa.core.processor import MessageProcessor

    _time(MessageProcessor, "handle_message", note)
    _time(MessageProcessor, "parse_message", note)
    _time(MessageProcessor, "predict_next_with_tracker_if_should", note)
    _time(MessageProcessor, "_run_action", note)


def _time(owner: Any, name: str, note: Note) -> None:
    """Note the begin and the end of every call of a function, which otherwise stays what it was."""
    whole = getattr(owner, name)

    @functools.wraps(whole)
    def timed(*args: Any, **options: Any) -> Any:
        note(f"{name}:begin")
        try:
            return whole(*args, **options)
        finally:
            note(f"{name}:end")

    @functools.wraps(whole)
    async def timed_to_its_end(*args: Any, **options: Any) -> Any:
        note(f"{name}:begin")
        try:
            return await whole(*args, **options)
        finally:
            note(f"{name}:end")

    setattr(owner, name, timed_to_its_end if asyncio.iscoroutinefunction(whole) else timed)


if __name__ == "__main__":
    main(sys.argv[1:])
