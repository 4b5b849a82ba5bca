"""From what Rasa picked to what the person reads: texts of the published bank, merged into few messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from linea import appointments, cash_list, hours, numbered
from linea.bank import Bank
from linea.consent import QUESTIONS
from linea.messages import Body, Option

FAQ = "utter_faq/"
MENU, SUGGEST = "utter_menu", "utter_suggest"  # the bank's questions; "¿quisiste decir…?"
NO_ADVICE = ("utter_advice_closed", "utter_advice_elsewhere")  # where to go for advice that is not given here
WHILE_WAITING = (MENU, SUGGEST, *NO_ADVICE)  # what is said of the bank to somebody who waits for a person
ASKS = "utter_ask_"  # a form's question
OF_A_FORM = (ASKS, "utter_explain_")
# The longest text, and the longest with options below it: Meta's Cloud API; Twilio's Body, options included.
LIMITS = {"whatsapp": (4096, 1024), "sms": (1600, 1600)}


@dataclass(frozen=True)
class Picked:
    """What the assistant made of a turn: utterances, entries to suggest, and entries to answer as well.

    `unseen`: a file came with the words that were answered, which nobody has looked at.
    """

    messages: Sequence[dict[str, Any]]
    suggestions: Sequence[str] = ()
    also: Sequence[str] = ()
    unseen: bool = False


@dataclass(frozen=True)
class Composed:
    """What goes out, and what else the turn decided. `handover`: why a person is needed, if one is."""

    bodies: tuple[Body, ...]
    utter: str | None
    handover: str | None
    notice: bool  # the privacy notice is in it
    told_waiting: bool  # it says that the request is still in the queue
    helped: bool = False  # a question of theirs was answered
    asked: str | None = None  # the purpose that a consent was asked for, or what of an appointment


def compose(
    bank: Bank,
    picked: Picked,
    handover: str | None,
    *,
    channel: str,
    mode: str,
    notice_given: bool,
    waiting_told: bool,
    now: datetime,
    production: bool,
    child: bool = False,
    anybody: Callable[[], bool] = lambda: True,
) -> Composed:
    """The messages of one turn. While a person is awaited (`waiting`) only bank answers, the menu of
    them and what a form asks are given, and at most once that the person is in the queue. A `child` is given
    the answers that are meant for children too; the others are for a person of the team.

    `anybody`: whether an operator is at work; asked only where it is said that one will write.
    """
    bodies: list[Body] = []
    utters = [str(message.get("utter") or "") for message in picked.messages]
    answered = offered = helped = False
    asked = None
    for message, utter in zip(picked.messages, utters, strict=True):
        if utter in QUESTIONS and (handover or mode != "bot" or (answered and not helped)):
            continue  # no moment to ask for anything
        helped = helped or any(utter == table.line for table in bank.advice.values())
        asked = QUESTIONS.get(utter) or appointments.QUESTIONS.get(utter) or asked
        if utter.startswith(FAQ):
            answered = True
            for entry_id in (utter.removeprefix(FAQ), *picked.also):
                if child and not bank.is_for_children(entry_id):
                    bodies.append(bank.line("utter_not_for_children", channel))
                    handover = handover or "child"
                    continue
                answer = bank.answer(entry_id, channel, now, production)
                helped = helped or not answer.withheld
                bodies.append(answer.body)
                if bank.leads_to(entry_id) == cash_list.PURPOSE and mode == "bot" and not answer.withheld:
                    bodies.append(_list_offer(bank, channel, now))
                if answer.handover == "always":
                    handover = handover or "entry"
                offered = answer.handover == "offer" and not answer.body.options and mode == "bot"
        elif utter.startswith("utter_handoff_waiting") or (
            mode == "waiting" and not _goes_on(message, utter)
        ):
            continue
        elif utter == SUGGEST:
            bodies.append(_suggest(bank, channel, picked.suggestions))
        elif utter:
            bodies.append(_said(bank, channel, utter, message.get("custom") or {}))
        elif message.get("text"):
            bodies.append(Body(str(message["text"])))
    if answered and picked.unseen:
        bodies.append(bank.line("utter_media_unseen", channel))
    if offered and not handover:
        bodies.append(bank.line("utter_handover_offer", channel))
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
            bodies.append(waiting_line(bank, channel, now, anybody()))
    notice = "utter_greet" in utters and mode != "waiting"
    if not notice and not notice_given and mode == "bot" and bodies:
        bodies = _with_notice(bodies, bank.line("utter_notice", channel), channel)
        notice = True
    first = utters[0] if utters else None
    return Composed(tuple(merge(bodies, channel)), first, handover, notice, told, helped, asked)


def _list_offer(bank: Bank, channel: str, now: datetime) -> Body:
    """Below an answer about getting cash: how to be on the list, or that none is open."""
    told = cash_list.dates(bank, now)
    if told is None:
        return bank.line(cash_list.CLOSED, channel)
    return bank.line(cash_list.OPEN, channel, **told)


def _goes_on(message: Mapping[str, Any], utter: str) -> bool:
    """Whether it is said to somebody who waits for a person: the bank, and what a form or action leads on."""
    return utter in WHILE_WAITING or utter.startswith(OF_A_FORM) or bool(message.get("custom"))


def _said(bank: Bank, channel: str, utter: str, custom: Mapping[str, Any]) -> Body:
    """A line, with the values and the options that an action gave it (`actions.base.say`)."""
    body = bank.line(utter, channel, **custom.get("values", {}))
    given = tuple(
        Option(each["payload"], each["title"], each.get("description")) for each in custom.get("options", ())
    )
    options = (*given, *body.options)
    return Body(body.text, options, body.button, words=utter.startswith(ASKS) and not options)


def _suggest(bank: Bank, channel: str, entries: Sequence[str]) -> Body:
    """The nearest questions as options, above the line's own ("ninguna de estas")."""
    offers = tuple(bank.offer(entry_id, channel) for entry_id in entries if entry_id in bank.entries)
    if not offers:
        return bank.line("utter_fallback", channel)
    asked = bank.line(SUGGEST, channel)
    return Body(asked.text, (*offers, *asked.options), asked.button)


def waiting_line(bank: Bank, channel: str, now: datetime, anybody: bool) -> Body:
    """That a person will write: when the team is there again if nobody is now, else the hours, where the
    programme gave them."""
    opens = None if anybody else bank.schedule.opens(now)
    if opens is not None:
        at = hours.at(opens, now, bank.schedule.zone)
        return bank.line("utter_handoff_waiting_closed", channel, opens=at)
    return bank.line(
        "utter_handoff_waiting_hours" if bank.value("hours") else "utter_handoff_waiting", channel
    )


def merge(bodies: Sequence[Body], channel: str) -> list[Body]:
    """As few messages as the channel's limits allow, in order; options stay below their own text."""
    merged: list[Body] = []
    for body in bodies:
        if merged and not merged[-1].options:
            together = replace(body, text=f"{merged[-1].text}\n\n{body.text}")
            if _fits(together, channel):
                merged[-1] = together
                continue
        merged.append(body)
    return merged


def _with_notice(bodies: list[Body], notice: Body, channel: str) -> list[Body]:
    """The notice at the end of the first answer, but above its options and the words that ask to choose one:
    nothing may stand between «responde con un número» and the numbers."""
    last = bodies[-1]
    if last.options and (len(bodies) > 1 or channel == "sms"):
        return [*bodies[:-1], notice, last]
    together = replace(last, text=f"{last.text}\n\n{notice.text}")
    if _fits(together, channel):
        return [*bodies[:-1], together]
    return [notice, last] if last.options else [*bodies, notice]


def _fits(body: Body, channel: str) -> bool:
    longest, longest_with_options = LIMITS[channel]
    text = numbered.text(body) if channel == "sms" else body.text
    return _length(text) <= (longest_with_options if body.options else longest)


def _length(text: str) -> int:
    """As the channel may count: a letter outside the basic plane, such as most emoji, is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
