"""Calling the people of the team who are on call, by SMS and by WhatsApp, second after second.

A page says a code and a kind, never a word of the person. Numbers come from the roster at this moment and
stand in no log.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from linea import alerts, clock, logs, pages, unanswered
from linea.content import Content
from linea.inbox import name_of
from linea.keys import Keys
from linea.messages import Sender, SendResult, Template
from linea.pages import Paging
from linea.settings import Settings
from linea.steps import Step, reached
from linea.store import Store

AT_ONCE = 4
UNANSWERED_EVERY = 60.0  # seconds
WORDS = {"call": "utter_page", "thanks": "utter_page_thanks", "late": "utter_page_late"}


class Calling:
    """One process's calling of the people in the roster, by `channels` under their names."""

    def __init__(
        self, store: Store, settings: Settings, keys: Keys, content: Content, channels: Mapping[str, Any]
    ) -> None:
        self.store, self.settings, self.keys = store, settings, keys
        self.content, self.channels = content, channels
        self.log = logs.get()
        self.looked = float("-inf")  # when it was last looked who goes unanswered

    async def look(self) -> None:
        """Decide whom to call now; once a minute also tell who goes unanswered how to write again."""
        await self.store.awrite(partial(self._decide, clock.now()))
        if time.monotonic() - self.looked > UNANSWERED_EVERY:
            self.looked = time.monotonic()
            zone, line = self.settings.timezone, self.content.line
            told = partial(unanswered.look, keys=self.keys, line=line, zone=zone, now=clock.now())
            await self.store.awrite(told)

    def _decide(self, now: datetime, session: Session) -> None:
        called = alerts.go_on(session, self.keys, self.content.duty, tuple(self.channels), now)
        pages.sweep(session, now)
        if called:
            self.log.warning("on_call_called", people=called)

    async def take(self, room: int) -> list[Paging]:
        """Up to `room` pages to be sent now; only looks where there is none."""
        now = clock.now()
        if room <= 0:
            return []
        with self.store.reading() as session:
            if not pages.anything_due(session, now):
                return []
        claimed = await self.store.awrite(lambda session: pages.claim(session, now, room))
        if claimed:
            reached(Step.PAGE_CLAIMED)
        return claimed

    async def send(self, paging: Paging) -> None:
        """One attempt, and what it brought."""
        try:
            result = await self._attempt(paging)
        except LookupError as error:  # a line that is missing, a contact or a channel that is no more
            self.log.error("cannot_page", error=error)
            result = SendResult("failed", detail="unsendable")
        reached(Step.PAGE_POSTED)
        named = replace(result, external_id=name_of(self.keys, result.external_id))
        await self.store.awrite(partial(pages.record, paging=paging, result=named, now=clock.now()))
        if result.outcome != "accepted":
            self.log.warning(
                f"page_{result.outcome}", way=paging.way, code=result.error_code, detail=result.detail
            )

    async def _attempt(self, paging: Paging) -> SendResult:
        contact = self.content.roster.named(paging.staff)
        if contact is None:
            raise LookupError("nobody of this name is in the roster any more")
        channel, to = self.channels[paging.way], Sender(contact.phone)
        kind = "protection" if paging.protected else paging.alert
        said = self.content.line(f"utter_page_kind_{kind}", paging.way).text
        if paging.kind == "call" and paging.way == "whatsapp":  # nobody has written to us within a day
            template = Template(
                self.settings.whatsapp_on_call_template,
                self.settings.whatsapp_template_language,
                (said, paging.code),
            )
            outcome: SendResult = await channel.send_template(template, to, paging.id, paging.attempt)
            return outcome
        body = self.content.line(WORDS[paging.kind], paging.way, code=paging.code, kind=said)
        outcome = await channel.send(body, to, paging.id, paging.attempt)
        return outcome
