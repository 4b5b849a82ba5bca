"""From a raw webhook body to rows in the inbox; the same way from the web and from the spool."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from linea import clock, inbox
from linea.channels.whatsapp import inbound
from linea.keys import Keys
from linea.settings import Settings

SPOOL = "spool"  # what a body in the spool is sealed for


def accept(settings: Settings, keys: Keys, raw: bytes, session: Session) -> int:
    """Read a signed body of Meta's and store what it holds; how many messages were new."""
    parsed = inbound.parse(raw, settings.whatsapp_phone_number_id)
    pause = timedelta(seconds=settings.burst_pause_seconds)
    return inbox.accept(session, keys, parsed, clock.now(), pause)
