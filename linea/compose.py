"""From what Rasa picked to what the person reads: texts of the published bank, merged into few messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from linea.bank import Bank
from linea.messages import Body

FAQ = "utter_faq/"
MENU = "utter_menu"  # the list of the bank's questions
LONGEST = 4096  # one WhatsApp text (Meta, Cloud API messages)
LONGEST_WITH_OPTIONS = 1024  # the body of an interactive message


@dataclass(frozen=True)
class Composed:
    """What goes out, and what else the turn decided. `handover`: why a person is needed, if one is."""

    bodies: tuple[Body, ...]
    utter: str | None
    handover: str | None
    notice: bool  # the privacy notice is in it
    told_waiting: bool  # it says that the request is still in the queue


def compose(
    bank: Bank,
    messages: Sequence[dict[str, Any]],
    handover: str | None,
    *,
    channel: str,
    mode: str,
    notice_given: bool,
    waiting_told: bool,
    now: datetime,
    production: bool,
) -> Composed:
    """The messages of one turn. While a person is awaited (`waiting`) only bank answers and the menu
    of them are given, and at most once that the person is in the queue."""
    bodies: list[Body] = []
    utters = [str(message.get("utter") or "") for message in messages]
    for message, utter in zip(messages, utters, strict=True):
        if utter.startswith(FAQ):
            answer = bank.answer(utter.removeprefix(FAQ), channel, now, production)
            bodies.append(answer.body)
            if answer.handover == "always":
                handover = handover or "entry"
            elif answer.handover == "offer" and not answer.body.options and mode == "bot":
                bodies.append(bank.line("utter_handover_offer", channel))
        elif (mode == "waiting" and utter != MENU) or utter.startswith("utter_handoff_waiting"):
            continue
        elif utter:
            bodies.append(bank.line(utter, channel))
        elif message.get("text"):
            bodies.append(Body(str(message["text"])))
    told = False
    if mode == "waiting":
        if (not bodies or handover) and not waiting_told:
            bodies.append(bank.line("utter_still_waiting", channel))
            told = True
        handover = None
    else:
        if not bodies and handover is None:
            bodies.append(bank.line("utter_fallback", channel))
            handover = "no_answer"
        if handover:
            bodies.append(bank.line(waiting_line(bank), channel))
    notice = "utter_greet" in utters and mode != "waiting"
    if not notice and not notice_given and mode == "bot" and bodies:
        bodies = _with_notice(bodies, bank.line("utter_notice", channel))
        notice = True
    return Composed(tuple(merge(bodies)), utters[0] if utters else None, handover, notice, told)


def waiting_line(bank: Bank) -> str:
    """The name of the line that says a person will write: with the hours, where the programme gave them."""
    return "utter_handoff_waiting_hours" if bank.value("hours") else "utter_handoff_waiting"


def merge(bodies: Sequence[Body]) -> list[Body]:
    """As few messages as the channel's limits allow, in order; options stay below their own text."""
    merged: list[Body] = []
    for body in bodies:
        if merged and not merged[-1].options:
            text = f"{merged[-1].text}\n\n{body.text}"
            if _length(text) <= (LONGEST_WITH_OPTIONS if body.options else LONGEST):
                merged[-1] = Body(text, body.options, body.button)
                continue
        merged.append(body)
    return merged


def _with_notice(bodies: list[Body], notice: Body) -> list[Body]:
    """The notice at the end of the first answer, above its options so that they stay the last thing seen."""
    last = bodies[-1]
    text = f"{last.text}\n\n{notice.text}"
    if last.options and _length(text) > LONGEST_WITH_OPTIONS:
        return [*bodies[:-1], notice, last]
    return [*bodies[:-1], Body(text, last.options, last.button)]


def _length(text: str) -> int:
    """As the channel may count: a letter outside the basic plane, such as most emoji, is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
