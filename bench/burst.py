"""Part `burst`: five thousand messages in ten seconds, all kept, in order, and until when they are answered.

Twice, everybody being new: with no burst pause, where every message is a turn of its own, which is the most
work there can be; and with the pause as installed, where what a person sends close together is read as one.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from bench import line, machine, processes, questions
from bench.line import Line
from linea import settings

SECONDS = 10
MESSAGES = 5000
EACH = 5  # messages a person, two seconds apart, so that their order can be checked
SMALL = 500  # as many as stock Rasa is asked too
_INBOX = "SELECT external_id, number, conversation_id, state FROM inbox ORDER BY number"
_OUTBOX = "SELECT id, turn, conversation_id FROM outbox"


def measure() -> dict[str, Any]:
    """Both settings of the burst pause, and a small burst before the large one for comparison."""
    described = machine.describe(processes.fresh_folder("burst"))
    installed = settings.load(processes.environment()).burst_pause_seconds
    phases = []
    for pause, counts in ((0.0, (SMALL, MESSAGES)), (installed, (MESSAGES,))):
        with line.running(processes.fresh_folder("burst"), pause) as whole:
            first = 0
            for count in counts:
                phases.append(_phase(whole, first, count, pause))
                first += count // EACH
    return {**described, "phases": phases, "lost": sum(one["lost"] + one["doubled"] for one in phases)}


def script(first: int, count: int, texts: list[str]) -> list[tuple[float, str, str]]:
    """Moment, phone and text of every message: each person once around, then each of them again."""
    people = questions.phones(first, count // EACH)
    return [(n * SECONDS / count, people[n % len(people)], texts[n % len(texts)]) for n in range(count)]


def _phase(whole: Line, first: int, count: int, pause: float) -> dict[str, Any]:
    watch, load_before = whole.watch(), os.getloadavg()[0]
    said = whole.load.ask("say", messages=script(first, count, questions.load(whole.config)))
    left = whole.wait_until_drained()
    heard = whole.load.ask("reached")
    figures = {
        "phase": f"{count} in {SECONDS} s, pause {pause:g} s",
        "messages": count,
        "burst_pause_seconds": pause,
        "drained_seconds": round(max((at for _, at, _ in heard["reached"]), default=0.0) - said["began"], 1),
        "acknowledged_ms": machine.percentiles([(done - due) * 1000 for _, due, done, _ in said["sent"]]),
        "webhooks_refused": heard["refused"] + sum(status != 200 for *_, status in said["sent"]),
        **_checked(whole, said["sent"], heard["reached"], left),
        **watch.figures(count, heard["generator_cpu_seconds"]),
        "load_before": round(load_before, 2),
    }
    print(
        f"  {figures['phase']}: drained in {figures['drained_seconds']} s, acknowledged "
        f"{figures['acknowledged_ms']}, lost {figures['lost']}, out of order {figures['out_of_order']}",
        flush=True,
    )
    return figures


def _checked(whole: Line, sent: list[Any], reached: list[Any], left: int) -> dict[str, Any]:
    """What the line's rows say of the messages sent, and the Graph API of the answers to them."""
    on_its_way = {whole.name_of(wamid): (due, done) for wamid, due, done, _ in sent}
    rows = [row for row in whole.rows(_INBOX) if row[0] in on_its_way]
    name_of = {number: name for name, number, *_ in rows}
    turns = {name: (where, turn) for name, turn, where in whole.rows(_OUTBOX) if turn in name_of}
    handled = {name for name, *_, state in rows if state == "done"}
    times_sent = Counter(name for name, *_ in reached)
    answers = [(*turns[name], moment) for name, moment, _ in reached if name in turns]
    first = {turn: moment for _, turn, moment in reversed(answers)}
    return {
        "kept": len(set(name_of.values())),
        "handled": len(handled),
        "answers": len(times_sent),
        "latency_ms": machine.percentiles(
            [(moment - on_its_way[name_of[turn]][0]) * 1000 for turn, moment in first.items()]
        ),
        "left": left,
        "lost": len(on_its_way) - len(handled) + len(turns.keys() - times_sent.keys()),
        "doubled": len(rows) - len(set(name_of.values())) + sum(times - 1 for times in times_sent.values()),
        # Two on their way at once have no order: swapped is what was sent after the other was acknowledged.
        "out_of_order": _swapped((where, on_its_way[name]) for name, _, where, _ in rows)
        + _swapped((where, (turn, turn)) for where, turn, _ in answers),
    }


def _swapped(found: Iterable[tuple[str, tuple[float, float]]]) -> int:
    """How often, within one conversation, what stands later had ended before what stands earlier began."""
    of: dict[str, list[tuple[float, float]]] = {}
    for conversation, span in found:
        of.setdefault(conversation, []).append(span)
    return sum(later[1] < earlier[0] for spans in of.values() for earlier, later in pairwise(spans))
