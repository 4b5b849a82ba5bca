"""A line on a fixed clock for tests of the core: real functions over a real database, no process.

Two things come in as arguments in the line itself and are given here in their smallest form: what says
whether a text is dangerous, and where a fixed text stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from linea import (
    alerts,
    dispatch,
    erasure,
    handoff,
    inbox,
    night,
    outbox,
    pages,
    presence,
    unanswered,
    watch,
)
from linea.bank import Bank, Entry, Wording
from linea.bank.content_rules import REQUIRED_LINES
from linea.bank.placeholders import Facts
from linea.hours import LIMA
from linea.keys import Keys
from linea.messages import Body, Inbound, Option, Parsed, Sender, SendResult, Status
from linea.on_call import Duty
from linea.roster import Contact, Roster
from linea.store import Store
from linea.store.models import Alert, Conversation, Handoff, InboxRow, OutboxRow, Page
from linea.triage import Triage

T = TypeVar("T")

TUESDAY = datetime(2026, 11, 10, 15, tzinfo=timezone.utc)  # 10:00 in Lima
ANA, BETO = "+51900000001", "+51900000002"
RED, YELLOW = "me quiero morir", "ojalá no despertar"
STAFF_ABUSE = "el del equipo me pidió algo a cambio"
ROSA, CARLA, PILAR = (
    Contact("Rosa", "+51900000101"),
    Contact("Carla", "+51900000102"),
    Contact("Pilar", "+51900000103"),
)
ON_CALL = Roster((ROSA, Contact("Luis", "+51900000104")), CARLA, (PILAR,))
SUICIDE = "utter_crisis_suicide"

# Lines that only the assistant names.
OTHER_LINES = (
    "utter_handover_offer",
    "utter_affirm",
    "utter_consent_declined",
    "utter_ask_profile_age",
    "utter_ask_profile_gender",
    "utter_ask_place",
    "utter_ask_cash_name",
    "utter_ask_cash_phone",
    "utter_cash_list_done",
)
COLOURS = {
    RED: Triage("red", "now", False, "suicide", "wants_to_die", SUICIDE),
    YELLOW: Triage("yellow", "today", False, "suicide", "passive_wish", None),
    STAFF_ABUSE: Triage("red", "now", False, "staff_abuse", "favours", "utter_staff_abuse"),
    "no puedo respirar": Triage("red", "now", True, "medical_alarm", "no_air", "utter_medical_alarm"),
}
NONE = Triage("none", "none", False, None, None, None)


def classify(text: str) -> Triage:
    """The colour of the few texts that these tests know."""
    return COLOURS.get(text, NONE)


def line(name: str, channel: str, **values: str) -> Body:
    """A fixed text that says nothing but its name, its channel and what fills it."""
    return Body(" ".join([f"«{name}»", channel, *values.values()]))


def crisis(name: str = SUICIDE, who: str = "utter_crisis_nobody", channel: str = "whatsapp") -> str:
    """A text of danger as it goes out, with who comes below it."""
    return f"«{name}» {channel}\n\n«{who}» {channel}"


def both(*names: str) -> list[tuple[str, str]]:
    """These people of the team, each by both ways."""
    return [(name, way) for name in names for way in ("sms", "whatsapp")]


def entry(name: str, **changes: Any) -> Entry:
    """An entry of a bank, signed and good for years."""
    values: dict[str, Any] = {
        "id": name,
        "title": f"¿{name}?",
        "topic": "pruebas",
        "status": "review",
        "expires": date(2030, 1, 1),
        "official": "MINSA 113",
        "handover": "never",
        "short": name,
        "safety": False,
        "signed": None,
        "variants": (),
        "wordings": (Wording(f"Respuesta {name}"), Wording(f"SMS {name}", "sms")),
    }
    return Entry(**{**values, **changes})


def small_bank(hours: str = "", *entries: Entry) -> Bank:
    """A bank of three entries, one for each `handover`, and every fixed text, each saying its own name."""
    button = (Option("/ask_for_person", "Hablar con alguien"),)
    lines = {name: (Wording(f"«{name}»"),) for name in (*REQUIRED_LINES, *OTHER_LINES)}
    lines["utter_handoff_waiting_closed"] = (Wording("«utter_handoff_waiting_closed» [[opens]]"),)
    lines["utter_greet"] = (Wording("«utter_greet»", options=button),)
    lines["utter_fallback"] = (Wording("«utter_fallback»", options=button),)
    lines["utter_handover_offer"] = (Wording("«utter_handover_offer»", options=button),)
    lines["utter_unsigned"] = (Wording("«utter_unsigned» [[official]]", options=button),)
    lines["utter_review_mark"] = (Wording("(Prueba)"),)
    known = entries or (
        entry("mascarilla"),
        entry("ofrece", handover="offer"),
        entry("persona", handover="always"),
        entry("botones", wordings=(Wording("Respuesta botones", options=button),)),
    )
    return Bank({e.id: e for e in known}, lines, Facts({}, {"hours": hours}), "small")


class Helpline:
    """One database, one clock, and what happens to them, each step a transaction of its own."""

    def __init__(self, store: Store, bank: Bank | None = None) -> None:
        self.store = store
        self.now = TUESDAY
        self.bank = bank or small_bank()
        self.keys = Keys({"1": b"e" * 32}, b"h" * 32)
        self.line: Callable[..., Body] = line
        self.duty = Duty()
        self._numbers = count(1)

    # -- what happens -------------------------------------------------------------------------------

    def passes(self, **span: float) -> None:
        """Time."""
        self.now += timedelta(**span)

    def message(self, words: str | None = "hola", sender: Sender | str = ANA, **changes: Any) -> Inbound:
        """A message as a channel hands it over."""
        number = next(self._numbers)
        values: dict[str, Any] = {
            "channel": "whatsapp",
            "key": f"m:100:{number}",
            "external_id": f"wamid.{number}",
            "sender": Sender(sender) if isinstance(sender, str) else sender,
            "kind": "text",
            "type": "text",
            "text": words,
            "option_id": None,
            "sent_at": self.now,
            "reply_to": None,
            "raw": {"id": f"wamid.{number}"},
        }
        return Inbound(**{**values, **changes})

    def arrives(self, *messages: Inbound | str, sender: Sender | str = ANA, pause: float = 0) -> int:
        """One webhook body; how many of its messages were new."""
        inbound = tuple(m if isinstance(m, Inbound) else self.message(m, sender) for m in messages)
        return self.accepts(Parsed(inbound), pause)

    def accepts(self, parsed: Parsed, pause: float = 0) -> int:
        """One webhook body, with all that can be in it."""
        wait = timedelta(seconds=pause)
        return self.write(lambda session: inbox.accept(session, self.keys, parsed, self.now, wait))

    def looks(self, limit: int = 200) -> int:
        """The watch for danger goes by."""
        return self.write(
            lambda s: watch.look(s, classify, self.line, self.now, limit, self.duty, keys=self.keys)
        )

    def speaks_for_operators(self) -> int:
        """The watch sees whether an operator left a red without an answer."""
        return self.write(lambda s: watch.speak_for_silent_operators(s, self.line, self.now, self.duty))

    def turns(self, limit: int = 8, worker: str = "w1", burst: bool = False) -> list[dispatch.Turn]:
        """The watch goes by and a worker leases what is due."""
        self.looks()
        return self.write(lambda s: dispatch.prepare(s, worker, self.now, limit, self.bank, burst))

    def turn(self, worker: str = "w1", burst: bool = False) -> dispatch.Turn:
        """The one turn that is due."""
        (turn,) = self.turns(worker=worker, burst=burst)
        return turn

    def finishes(
        self,
        turn: dispatch.Turn,
        *utters: str,
        effects: Sequence[dict[str, Any]] = (),
        events: Sequence[dict[str, Any]] = (),
        production: bool = False,
        **read: Any,
    ) -> bool:
        """The assistant's answer to a turn comes back; `read`: how it took the words."""
        reply = dispatch.Reply([{"utter": utter} for utter in utters], events, effects, **read)
        return self.write(
            lambda s: dispatch.finish(s, self.keys, turn, reply, self.bank, self.now, production)
        )

    def answers(self, *utters: str) -> bool:
        """The turn that is due is taken and answered."""
        return self.finishes(self.turn(), *(utters or ("utter_faq/mascarilla",)))

    def hears(
        self, words: str, *utters: str, sender: str = ANA, effects: Sequence[dict[str, Any]] = ()
    ) -> dispatch.Turn:
        """A message comes and is answered, and the answer goes out; a word about their own data by itself."""
        self.arrives(words, sender=sender)
        turn = self.turn()
        own = [{"effect": turn.right}] if turn.right else effects
        self.finishes(turn, *(() if turn.right else utters), effects=own)
        while self.sends():
            pass
        return turn

    def takes(self, code: str, operator: str = "rosa", audience: str = "team") -> str:
        """An operator takes a conversation."""
        return self.write(lambda s: handoff.take(s, code, operator, self.now, audience))

    def replies(
        self, code: str, words: str = "Te ayudo", operator: str = "rosa", audience: str = "team"
    ) -> list[str]:
        """An operator writes to the person."""
        bodies = [Body(words)]
        return self.write(lambda s: handoff.reply(s, self.keys, code, operator, bodies, self.now, audience))

    def closes(
        self,
        code: str,
        operator: str = "rosa",
        farewell: Sequence[Body] = (Body("Adiós"),),
        audience: str = "team",
    ) -> None:
        """An operator ends a conversation."""
        self.write(lambda s: handoff.close(s, self.keys, code, operator, farewell, self.now, audience))

    def starts(self, operator: str = "rosa") -> None:
        """An operator begins a shift, or is seen in it."""
        self.write(lambda s: presence.start(s, operator, self.now))

    def goes_home(self, operator: str = "rosa") -> None:
        """An operator ends a shift."""
        self.write(lambda s: presence.end(s, operator, self.now))

    def calls(self, *ways: str) -> int:
        """The worker goes through the alerts; how many people it calls."""
        named = ways or ("sms", "whatsapp")
        return self.write(lambda s: alerts.go_on(s, self.keys, self.duty, named, self.now))

    def pages(self, outcome: str = "accepted", **details: Any) -> list[pages.Paging]:
        """All pages that may go out go out."""
        claimed = self.write(lambda s: pages.claim(s, self.now, 16))
        for paging in claimed:
            result = SendResult(outcome, **details)  # type: ignore[arg-type]
            self.write(lambda s, p=paging, r=result: pages.record(s, p, r, self.now))
        return claimed

    def reports_page(self, page_id: str, status: str) -> bool:
        """A channel reports what became of a page."""
        said = Status("sms", f"SM.{page_id}", page_id, status, None, self.now)
        return self.write(lambda s: pages.apply_status(s, said, self.now))

    def danger(self, words: str = RED, **sender: Any) -> None:
        """Somebody in danger writes and the watch sees it."""
        self.arrives(words, **sender)
        self.looks()

    def goes_by(self, **span: float) -> list[tuple[str, str]]:
        """Time goes by, the worker looks and pages; whom the team was called by which way since the start."""
        self.passes(**span)
        self.calls()
        self.pages()
        return self.called()

    def says(self, words: str, contact: Contact = ROSA, channel: str = "sms") -> int:
        """Somebody of the team writes to the line."""
        return self.arrives(self.message(words, contact.phone, channel=channel))

    def reminds(self) -> int:
        """The worker looks at who goes unanswered; how many are told."""
        return self.write(lambda s: unanswered.look(s, self.keys, self.line, LIMA, self.now))

    def adds(self, words: str = "hola", origin: str = "bot", **options: Any) -> str:
        """A message to Ana is queued; its id."""
        body = options.pop("body", Body(words))
        code = options.pop("code", None)

        def add(session: Session) -> str:
            conversation = session.execute(
                select(Conversation).where(Conversation.code == (code or self.code()))
            ).scalar_one()
            return outbox.add(session, conversation, [body], origin, self.now, **options)[0]

        return self.write(add)

    def claims(self, limit: int = 16) -> list[outbox.Sending]:
        """The sender takes what may go out now."""
        return self.write(lambda s: outbox.claim(s, self.now, limit))

    def records(self, sending: outbox.Sending, outcome: str, **details: Any) -> None:
        """One attempt has come to an end."""
        result = SendResult(outcome, **details)  # type: ignore[arg-type]
        self.write(lambda s: outbox.record(s, sending, result, self.now))

    def sends(self, outcome: str = "accepted") -> list[outbox.Sending]:
        """All that may go out goes out."""
        claimed = self.claims()
        for sending in claimed:
            self.records(sending, outcome, external_id=f"wamid.out.{sending.id}")
        return claimed

    def reports(
        self, outbox_id: str | None, status: str, wamid: str = "wamid.out", code: int | None = None
    ) -> bool:
        """The channel reports what became of a message."""
        said = Status("whatsapp", wamid, outbox_id, status, code, self.now)
        return self.write(lambda s: outbox.apply_status(s, said, self.now))

    def sweeps(self) -> int:
        """The outbox is looked through for what took too long."""
        return self.write(lambda s: outbox.sweep(s, self.now))

    def erases(self) -> erasure.Counts:
        """The night comes."""
        return night.erase_now(self.store, LIMA, self.now)

    # -- what is there ------------------------------------------------------------------------------

    def write(self, work: Callable[[Session], T]) -> T:
        """One transaction."""
        return self.store.write(work)

    def all(self, model: Any, *conditions: Any) -> list[Any]:
        """Rows as they are now, in their order, no longer tied to the database."""
        order = text(f"{model.__tablename__}.rowid")
        with self.store.reading() as session:
            rows = session.execute(select(model).where(*conditions).order_by(order)).scalars().all()
            session.expunge_all()
            return list(rows)

    def one(self, model: Any, *conditions: Any) -> Any:
        """The only row."""
        (row,) = self.all(model, *conditions)
        return row

    def code(self) -> str:
        """The code of the newest conversation."""
        return str(self.all(Conversation)[-1].code)

    def mode(self) -> str:
        """Who may speak in the newest conversation."""
        return str(self.all(Conversation)[-1].mode)

    def received(self) -> list[tuple[str, str | None]]:
        """State and outcome of every message received."""
        return [(row.state, row.outcome) for row in self.all(InboxRow)]

    def queued(self) -> list[str]:
        """The texts that wait to be sent, in order."""
        return [row.body["text"] for row in self.all(OutboxRow, OutboxRow.state == "queued")]

    def utters(self) -> list[str]:
        """The names of all that was ever queued, in order; an operator's words as "operator"."""
        return [row.utter or row.origin for row in self.all(OutboxRow)]

    def state(self, outbox_id: str) -> str:
        """What became of a message to a person."""
        return str(self.one(OutboxRow, OutboxRow.id == outbox_id).state)

    def queue(self, audience: str = "team") -> list[handoff.Waiting]:
        """Who waits for a person, or is with one."""
        with self.store.reading() as session:
            return handoff.queue(session, self.now, audience)

    def folder(self) -> Path:
        """Where the database is."""
        return Path(str(self.store._reading.url.database)).parent

    def called(self) -> list[tuple[str, str]]:
        """Whom the team was called by which way, in order."""
        return [(row.staff, row.way) for row in self.all(Page, Page.kind == "call")]

    def open_alerts(self) -> list[str]:
        """What somebody must be called to."""
        return [row.kind for row in self.all(Alert, Alert.closed_at.is_(None))]

    def open_handoffs(self) -> list[str]:
        """Why persons are awaited."""
        return [row.reason for row in self.all(Handoff, Handoff.closed_at.is_(None))]
