"""The web process over a database of its own, and bodies signed as Meta and Twilio sign them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from linea import settings
from linea.channels.sms.signature import pairs
from linea.reception import Source
from linea.settings import Settings

SECRET = settings.DEVELOPMENT_SECRET
PUBLIC_URL = "https://linea.example.org"
PATHS = {
    Source.WHATSAPP: "/webhooks/whatsapp",
    Source.TWILIO_MESSAGE: "/webhooks/twilio/messages",
    Source.TWILIO_STATUS: "/webhooks/twilio/status",
}
FORM = "application/x-www-form-urlencoded; charset=UTF-8"


def line_in(folder: Path, **changes: str) -> Settings:
    """A line whose data is in this folder."""
    return settings.load(
        {"LINEA_DATA_DIR": str(folder), "LINEA_PUBLIC_URL": PUBLIC_URL, "LINEA_ENV": "development", **changes}
    )


def address(source: Source, query: str = "") -> str:
    """Path and query of a door."""
    return PATHS[source] + (f"?{query}" if query else "")


def signed(source: Source, raw: bytes, query: str = "", secret: str = SECRET) -> dict[str, str]:
    """The headers with which a body comes."""
    if source is Source.WHATSAPP:
        digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        return {"X-Hub-Signature-256": f"sha256={digest}"}
    url = PUBLIC_URL + address(source, query)
    return {"X-Twilio-Signature": twilio_signature(url, raw, secret), "Content-Type": FORM}


def twilio_signature(url: str, raw: bytes, secret: str = SECRET) -> str:
    """As Twilio's page says it is done. https://www.twilio.com/docs/usage/security#validating-requests"""
    joined = url + "".join(name + value for name, value in sorted(set(pairs(raw))))
    return base64.b64encode(hmac.new(secret.encode(), joined.encode(), hashlib.sha1).digest()).decode()


def rows(folder: Path, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """What another process finds in the database."""
    with closing(sqlite3.connect(folder / "linea.db")) as other:
        return other.execute(query, values).fetchall()
