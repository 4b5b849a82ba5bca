"""Part `flood`: what one person who writes 500 messages in ten seconds does to the others, and gets.

Several floods, each by somebody new, while fifty others ask at a normal pace throughout: what they wait
during a flood stands beside what they wait between the floods of the same run.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from itertools import chain, cycle
from typing import Any

from bench import line, machine, processes, questions
from bench.line import Line
from linea import settings

FLOODS, FLOOD_SECONDS, FLOOD = 4, 10, 500
RED, RED_TEXT = 487, "me quiero morir"  # the number of the message, from 1
EVERY = 30  # seconds from one flood to the next
SETTLED = 15  # seconds after the begin of a flood, from which on the others count as undisturbed
OTHERS, RATE = 50, 5  # people, and turns a second of all of them together
REPLIES = 10  # facts: at most so many to the flooder in the ten seconds, then one each six
SEED = 20
FLOODERS = questions.phones(0, FLOODS)
_ANSWERS = """
    SELECT outbox.id, inbox.external_id, outbox.safety
    FROM outbox JOIN inbox ON outbox.turn = inbox.number
"""
_KEPT = "SELECT external_id FROM inbox WHERE state = 'done'"

Message = tuple[float, str, str]  # moment, phone, text


def measure() -> dict[str, Any]:
    """The others' latencies with and without a flood; what the flooders got, and when, of their red."""
    folder = processes.fresh_folder("flood")
    described = machine.describe(folder)
    pause = settings.load(processes.environment()).burst_pause_seconds
    with line.running(folder, pause) as whole:
        watch, load_before = whole.watch(), os.getloadavg()[0]
        script = _script(questions.load(whole.config))
        said = whole.load.ask("say", messages=script)
        left = whole.wait_until_drained()
        heard = whole.load.ask("reached")
        found = _Heard(whole, script, said, heard["reached"])
        figures = {
            "burst_pause_seconds": pause,
            "others": OTHERS,
            "others_turns_per_second": RATE,
            **found.others(),
            "floods": [found.flood(number) for number in range(FLOODS)],
            "left": left,
            **watch.figures(len(script), heard["generator_cpu_seconds"]),
            "load_before": round(load_before, 2),
        }
    print(f"  {figures}", flush=True)
    lost = figures["others_lost"] + sum(flood["lost"] for flood in figures["floods"])
    lost += sum(flood["red_seconds"] is None for flood in figures["floods"])
    return {**described, **figures, "lost": lost}


def _script(texts: list[str]) -> list[Message]:
    """Everything that is written, in order of time; each text ends a sentence, so that no pause is waited."""
    whole_sentences = cycle(f"{text.rstrip(' .?!')}?" for text in texts)
    found = list(chain.from_iterable(_flood(number, whole_sentences) for number in range(FLOODS)))
    chance, moment = random.Random(SEED), 0.0
    others = cycle(questions.phones(FLOODS, OTHERS))
    while (moment := moment + chance.expovariate(RATE)) < (FLOODS + 1) * EVERY - SETTLED:
        found.append((moment, next(others), next(whole_sentences)))
    return sorted(found)


def _flood(number: int, texts: Iterator[str]) -> list[Message]:
    written = [
        (_begin(number) + n * FLOOD_SECONDS / FLOOD, FLOODERS[number], next(texts)) for n in range(FLOOD)
    ]
    written[RED - 1] = (*written[RED - 1][:2], RED_TEXT)
    return written


def _begin(flood: int) -> float:
    return (flood + 1) * EVERY - SETTLED


class _Heard:
    """What was said, beside what the line's rows and the Graph API say of it."""

    def __init__(self, whole: Line, script: list[Message], said: dict[str, Any], reached: list[Any]) -> None:
        self.began = said["began"]
        self.reached = reached
        self.sent = [
            (phone, text, whole.name_of(wamid), due)
            for (_, phone, text), (wamid, due, *_) in zip(script, said["sent"], strict=True)
        ]
        self.kept = {name for (name,) in whole.rows(_KEPT)}
        self.answers = {name: (asked, bool(safety)) for name, asked, safety in whole.rows(_ANSWERS)}
        self.first: dict[str, float] = {}  # the first answer to each message
        for name, moment, _ in reversed(reached):
            if name in self.answers:
                self.first[self.answers[name][0]] = moment

    def others(self) -> dict[str, Any]:
        """How long the others waited while somebody flooded, and while nobody did."""
        took: dict[bool, list[float]] = {True: [], False: []}
        lost = 0
        for phone, _, name, due in self.sent:
            if phone in FLOODERS:
                continue
            lost += name not in self.kept
            since = (due - self.began - _begin(0)) % EVERY
            during = due - self.began > _begin(0) and since < FLOOD_SECONDS
            if name in self.first and (during or since > SETTLED):
                took[during].append((self.first[name] - due) * 1000)
        quiet, flooded = machine.percentiles(took[False]), machine.percentiles(took[True])
        return {
            "others_ms": {"quiet": quiet, "flood": flooded},
            "others_turns": {"quiet": len(took[False]), "flood": len(took[True])},
            "others_p95_change_percent": round((flooded["p95"] / quiet["p95"] - 1) * 100),
            "others_lost": lost,
        }

    def flood(self, number: int) -> dict[str, Any]:
        """What was kept of one flood, how often it was answered, and when its red was."""
        phone, began = FLOODERS[number], self.began + _begin(number)
        mine = [(text, name, due) for who, text, name, due in self.sent if who == phone]
        to_them = [(name, at) for name, at, to in self.reached if to == phone]
        # A turn is one reply, also where it takes two messages.
        answered = ((*self.answers[name], at) for name, at in to_them if name in self.answers)
        replies = sorted({asked: at for asked, safety, at in answered if not safety}.values())
        red, due = next((name, due) for text, name, due in mine if text == RED_TEXT)
        crisis = [at for name, at in to_them if self.answers.get(name) == (red, True)]
        return {
            "kept": sum(name in self.kept for _, name, _ in mine),
            "lost": sum(name not in self.kept for _, name, _ in mine),
            "replies_in_the_flood": sum(at < began + FLOOD_SECONDS for at in replies),
            "replies": len(replies),
            "messages": len(to_them),
            "last_reply_after_seconds": round(max(replies, default=began) - began, 1),
            "red_seconds": round(min(crisis) - due, 2) if crisis else None,
        }
