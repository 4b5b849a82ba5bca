"""From a webhook body to rows in the inbox; the same way from the web and from the spool."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from sqlalchemy.orm import Session

from linea import clock, inbox
from linea.channels.sms import inbound as sms
from linea.channels.whatsapp import inbound as whatsapp
from linea.keys import Keys
from linea.messages import Parsed
from linea.settings import Settings

SPOOL = "spool"  # what a body in the spool is sealed for


class Source(Enum):
    """The doors by which a webhook body comes in."""

    WHATSAPP = "whatsapp"
    TWILIO_MESSAGE = "twilio_message"
    TWILIO_STATUS = "twilio_status"

    @property
    def channel(self) -> str:
        """The channel behind the door."""
        return whatsapp.CHANNEL if self is Source.WHATSAPP else sms.CHANNEL


@dataclass(frozen=True)
class Delivery:
    """One signed webhook body, its door, and the query of the address that was called."""

    source: Source
    raw: bytes
    query: str = ""

    def to_bytes(self) -> bytes:
        """As it waits in the spool."""
        return f"{self.source.value}?{self.query}\n".encode() + self.raw

    @classmethod
    def from_bytes(cls, content: bytes) -> Delivery:
        """What `to_bytes` made. Raises ValueError for anything else."""
        head, _, raw = content.partition(b"\n")
        source, _, query = head.decode().partition("?")
        return cls(Source(source), raw, query)


def accept(settings: Settings, keys: Keys, delivery: Delivery, session: Session) -> int:
    """Read a signed body and store what it holds; how many messages were new."""
    pause = timedelta(seconds=settings.burst_pause_seconds)
    return inbox.accept(
        session, keys, _parse(settings, delivery), clock.now(), pause, channel=delivery.source.channel
    )


def _parse(settings: Settings, delivery: Delivery) -> Parsed:
    if delivery.source is Source.WHATSAPP:
        return whatsapp.parse(delivery.raw, settings.whatsapp_phone_number_id)
    if delivery.source is Source.TWILIO_STATUS:
        return sms.parse_status(delivery.raw, delivery.query)
    account, number = settings.twilio_account_sid, settings.twilio_from
    return sms.parse_message(delivery.raw, account, number, settings.twilio_url)
