"""Parts `turns` and `memory`: all that `linea run` starts, between Meta's webhook and the Graph API."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

from bench import line, machine, processes, questions
from bench.line import Line

PEOPLE = 300  # a phase; each phase has people of its own
RATES, SECONDS = (30, 60), 45  # floor and goal of issue 2
AT_ONCE, CLOSED_TURNS = (8, 32), 1000  # the first as many as the stock part
HELD = 0.9  # of the rate: the queue did not grow
WARM_UP = 60
# The id of each message of the line, with the line's name for the question it answers.
ANSWERS = "SELECT outbox.id, inbox.external_id FROM outbox JOIN inbox ON outbox.turn = inbox.number"


def measure(wanted: set[str]) -> dict[str, dict[str, Any]]:
    """Figures of `turns`, and of `memory` when every turn is done; whichever is wanted."""
    folder = processes.fresh_folder("turns")
    described = machine.describe(folder)
    found: dict[str, dict[str, Any]] = {}
    # No burst pause: it is there to be waited for, and is no work.
    with line.running(folder, burst_pause=0) as whole:
        phases = _Phases(whole)
        phases.run("warm-up", WARM_UP, at_once=4)
        if "turns" in wanted:
            figures = []
            for rate in RATES:
                figures.append(phases.run(f"{rate}/s", rate * SECONDS, rate=rate))
                if figures[-1]["turns_per_second"] < rate * HELD:
                    break  # the next would only measure the length of the queue
            figures += [phases.run(f"{n} at once", CLOSED_TURNS, at_once=n) for n in AT_ONCE]
            lost = sum(figure["lost"] + figure["doubled"] for figure in figures)
            found["turns"] = {**described, "phases": figures, "lost": lost}
        elif "memory" in wanted:
            phases.run("for memory", CLOSED_TURNS, at_once=AT_ONCE[0])
        if "memory" in wanted:
            pss = processes.pss_mib(processes.tree(whole.supervisor))
            found["memory"] = {
                **described,
                "turns_before": phases.turns,
                "pss_mib": pss,
                "pss_mib_total": round(sum(pss.values())),
            }
    return found


class _Phases:
    def __init__(self, whole: Line) -> None:
        self.line, self.questions = whole, questions.load(whole.config)
        self.phase = self.turns = 0

    def run(self, name: str, count: int, **pace: float) -> dict[str, Any]:
        """One phase: its turns, their time from webhook to Graph, what was lost, and the CPU they took."""
        phones = questions.phones(self.phase * PEOPLE, PEOPLE)
        self.phase, self.turns = self.phase + 1, self.turns + count
        watch, load_before = self.line.watch(), os.getloadavg()[0]
        result = self.line.load.ask("turns", count=count, phones=phones, questions=self.questions, **pace)
        figures = {
            "phase": name,
            "turns": count,
            **self._matched(result),
            "acknowledged_ms": machine.percentiles(result["acknowledged_ms"]),
            "webhooks_refused": result["refused"],
            **watch.figures(count, result["generator_cpu_seconds"]),
            "load_before": round(load_before, 2),
        }
        print(
            f"  {name}: {figures['turns_per_second']} turns/s, {figures['latency_ms']}, "
            f"lost {figures['lost']}, CPU {figures['cpu_ms_per_turn']} ms",
            flush=True,
        )
        return figures

    def _matched(self, result: dict[str, Any]) -> dict[str, Any]:
        """Each question with the first message that answers it, by what the line's own rows say."""
        answers = dict(self.line.rows(ANSWERS))
        due_of = {self.line.name_of(wamid): due for wamid, due in result["due_of"].items()}
        first: dict[str, float] = {}
        times_sent = Counter(outbox_id for outbox_id, _, _ in result["reached"])
        for outbox_id, moment, _ in result["reached"]:
            asked = answers.get(outbox_id, "")
            if asked in due_of:
                first[asked] = min(moment, first.get(asked, moment))
        took = [(moment - due_of[name]) * 1000 for name, moment in first.items()]
        seconds = max(first.values(), default=0.0) - min(due_of.values(), default=0.0)
        return {
            "turns_per_second": round(len(first) / seconds, 1) if seconds > 0 else 0.0,
            "latency_ms": machine.percentiles(took),
            "messages": len(times_sent),
            "lost": len(due_of) - len(first),
            "doubled": sum(times - 1 for times in times_sent.values()),
        }
