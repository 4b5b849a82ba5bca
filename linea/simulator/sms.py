"""SMS on the people's phones: what they send, what Twilio lets through, and what becomes of it."""

from __future__ import annotations

import asyncio
from typing import Any

from linea.settings import Settings
from linea.simulator import files, twilio_forms
from linea.simulator.asking import BadWish, checked
from linea.simulator.delivery import Delivery, Hook, Pace
from linea.simulator.faults import UNDELIVERED_KINDS, Faults
from linea.simulator.files import Files
from linea.simulator.ledger import Ledger, Row
from linea.simulator.people import People
from linea.simulator.twilio_errors import FAILED
from linea.simulator.wishes import FILE, read

INBOUND_PATH = "/webhooks/twilio/messages"
TEXT_LIMIT = 1600
# https://help.twilio.com/articles/223134027: the words, alone in a message, and Twilio's own answers
STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "UNSTOP", "YES"})
HELP_WORDS = frozenset({"HELP", "INFO"})
STOPPED = (
    "You have successfully been unsubscribed. You will not receive any more messages from this number."
    " Reply START to resubscribe."
)
STARTED = "You have successfully been re-subscribed to messages from this number. Reply HELP for help."
HELP = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."


class Sms:
    """Writes for people by SMS, and receives for them what Twilio has accepted."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        faults: Faults,
        delivery: Delivery,
        people: People,
        store: Files,
        pace: Pace,
    ) -> None:
        self._account = settings.twilio_account_sid
        self._number = settings.twilio_from
        self._url = settings.twilio_url
        self._ledger = ledger
        self._faults = faults
        self._delivery = delivery
        self._people = people
        self._files = store
        self._pace = pace

    # from the person to the line

    def write(self, phone: str, wish: Row) -> list[Row]:
        """Somebody sends a text or a file; the bubble, whose webhook is under way. Raises BadWish.

        A word of Twilio's own stops or starts the sending to this person; the line gets it all the same.
        """
        person = self._people.person(phone)
        if not person["phone"].startswith("+"):
            raise BadWish("an SMS needs a number")
        if not self._account:
            raise BadWish("the line has no SMS number")
        kind, value, beside = read(wish)
        if beside:
            raise BadWish(f"an SMS has no {', '.join(beside)}")
        media_id = None
        if kind == "text":
            form = self._text(person, value)
        elif kind in files.KINDS:
            form, media_id = self._mms(person, kind, checked(value, FILE))
        elif kind == "raw":
            form = self._raw(person, value)
        else:
            raise BadWish(f"nobody can send {kind} by SMS")
        bubble = self._send(person, form, {"raw": "text", "voice": "audio"}.get(kind, kind), media_id)
        if kind == "text":
            self._keyword(person, value)
        return [bubble]

    def _text(self, person: Row, text: str) -> dict[str, str]:
        if len(text) > TEXT_LIMIT:
            raise BadWish(f"an SMS has at most {TEXT_LIMIT} letters")
        return self._form(person, twilio_forms.new_sid("SM"), text, [])

    def _mms(self, person: Row, kind: str, wish: Row) -> tuple[dict[str, str], str]:
        file = self._files.sent(kind, wish, person["phone"])
        sid = twilio_forms.new_sid("MM")
        path = (
            f"/{twilio_forms.API_VERSION}/Accounts/{self._account}/Messages/{sid}/Media/ME{file['id']:0>32}"
        )
        media = [(self._url + path, file["mime"].partition(";")[0])]
        return self._form(person, sid, wish.get("caption", ""), media), file["id"]

    def _raw(self, person: Row, wish: Row) -> dict[str, str]:
        """The usual parameters with these in their place; a null takes one away."""
        form = {**self._form(person, twilio_forms.new_sid("SM"), None, []), **wish}
        return {name: str(value) for name, value in form.items() if value is not None}

    def _form(self, person: Row, sid: str, text: str | None, media: list[tuple[str, str]]) -> dict[str, str]:
        return twilio_forms.message_form(self._account, sid, person["phone"], self._number, text, media)

    def _send(self, person: Row, form: dict[str, str], kind: str, media_id: str | None) -> Row:
        bubble = self._ledger.add_message(
            {
                "phone": person["phone"],
                "channel": "sms",
                "sender": "person",
                "wamid": form.get("MessageSid", twilio_forms.new_sid("SM")),
                "type": kind,
                "text": form.get("Body", ""),
                "content": form,
                "media_id": media_id,
                "segments": twilio_forms.segments(form.get("Body", "")),
                "state": "waiting",
            }
        )
        body = twilio_forms.serialise(form)
        hook = Hook(person["phone"], "message", body, "sms", INBOUND_PATH, bubble["wamid"])
        self._delivery.spawn(self._delivery.send(hook))
        return bubble

    def _keyword(self, person: Row, text: str) -> None:
        word = text.strip().upper()
        if word in STOP_WORDS:
            if not person["stopped"]:
                self._people.change({"phone": person["phone"], "stopped": True})
                self._own_answer(person, STOPPED)
        elif word in START_WORDS and person["stopped"]:
            self._people.change({"phone": person["phone"], "stopped": False})
            self._own_answer(person, STARTED)
        elif word in HELP_WORDS:
            self._own_answer(person, HELP)

    def _own_answer(self, person: Row, text: str) -> None:
        self._ledger.add_message(
            {
                "phone": person["phone"],
                "channel": "sms",
                "sender": "twilio",
                "wamid": twilio_forms.new_sid("SM"),
                "type": "text",
                "text": text,
                "content": {"Body": text},
                "segments": twilio_forms.segments(text),
                "state": "delivered",
            }
        )

    # from the line to the person

    def receive(self, form: dict[str, str], sid: str) -> Row:
        """A checked request Twilio has accepted: the bubble, whose status callbacks are under way."""
        text = form.get("Body", "")
        bubble = self._ledger.add_message(
            {
                "phone": self._people.person(form["To"])["phone"],
                "channel": "sms",
                "sender": "line",
                "wamid": sid,
                "type": "text",
                "text": text,
                "content": form,
                "segments": twilio_forms.segments(text),
                "state": "accepted",
            }
        )
        self._delivery.spawn(self._progress(bubble))
        return bubble

    async def _progress(self, bubble: Row) -> None:
        phone, sid = bubble["phone"], bubble["wamid"]
        if self._faults.draw(("no_statuses",), phone):
            return
        lost = self._faults.draw(tuple(UNDELIVERED_KINDS), phone)
        if lost:
            code = UNDELIVERED_KINDS[lost.kind]
            await asyncio.sleep(self._pace.sent)
            if code not in FAILED:
                self._report(bubble, "sent")
            self._ledger.set_state(sid, "failed", code)
            self._report(bubble, "failed" if code in FAILED else "undelivered", code)
            return
        backwards = self._faults.draw(("statuses_out_of_order",), phone)
        if not backwards:
            self._report(bubble, "queued")
        await asyncio.sleep(self._pace.sent)
        self._ledger.set_state(sid, "sent")
        if not backwards:
            self._report(bubble, "sent")
        await asyncio.sleep(self._pace.delivered)
        self._ledger.set_state(sid, "delivered")
        self._report(bubble, "delivered")
        if backwards:
            self._report(bubble, "sent")
            self._report(bubble, "queued")

    def _report(self, bubble: Row, status: str, error: int | None = None) -> None:
        path = self._delivery.callback_path(bubble["content"].get("StatusCallback", ""))
        if path is None:
            return
        form: dict[str, Any] = twilio_forms.status_form(
            self._account, bubble["wamid"], self._number, bubble["content"]["To"], status, error
        )
        body = twilio_forms.serialise(form)
        self._delivery.report(Hook(bubble["phone"], "status", body, "sms", path, bubble["wamid"], status))
