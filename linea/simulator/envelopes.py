"""Builds and signs what Meta would send to the line: ids, message and status webhooks.

Formats: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from typing import Any

from linea.simulator.graph_errors import status_error

BUSINESS_ACCOUNT = "100000000000002"
DISPLAY_NUMBER = "5115550100"

Item = dict[str, Any]


def new_wamid(phone: str, *, incoming: bool) -> str:
    """A message id of the shape Meta gives: opaque, unique, its number and direction packed inside."""
    digits = phone.lstrip("+").encode()
    unique = secrets.token_hex(10).upper().encode()
    packed = (
        b"\x1c\x18" + bytes([len(digits)]) + digits + b"\x15\x02\x00"
        + (b"\x12\x18" if incoming else b"\x11\x18") + bytes([len(unique)]) + unique + b"\x00"
    )  # fmt: skip
    return "wamid." + base64.b64encode(packed).decode()


def user_id_for(phone: str) -> str:
    """The business-scoped user id of a number: always the same for the same number."""
    number = int.from_bytes(hashlib.sha256(phone.encode()).digest()[:8], "big")
    return f"PE.{number:020d}"


def message_webhook(phone_number_id: str, person: Item, message: Item) -> Item:
    """The body that carries one message of `person`; somebody who hides the number goes by user id alone."""
    return webhook(
        "messages", {**head(phone_number_id), "contacts": [contact_of(person)], "messages": [message]}
    )


def contact_of(person: Item) -> Item:
    """A person as `contacts` names them."""
    contact: Item = {"profile": {"name": person["name"] or person["phone"]}, "user_id": person["user_id"]}
    if not person["hides_phone"]:
        contact["wa_id"] = person["phone"].lstrip("+")
    return contact


def message_from(person: Item, wamid: str) -> Item:
    """What every message of `person` begins with."""
    start: Item = {} if person["hides_phone"] else {"from": person["phone"].lstrip("+")}
    return {**start, "from_user_id": person["user_id"], "id": wamid, "timestamp": str(int(time.time()))}


def status_webhook(
    phone_number_id: str, person: Item, wamid: str, status: str, outbox_id: str | None, error: int | None
) -> Item:
    """The body that says what became of one message of the line."""
    item: Item = {"id": wamid, "status": status, "timestamp": str(int(time.time()))}
    if not person["hides_phone"]:
        item["recipient_id"] = person["phone"].lstrip("+")
    item["recipient_user_id"] = person["user_id"]
    if error is None:
        item["pricing"] = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "service"}
    else:
        item["errors"] = [status_error(error)]
    if outbox_id is not None:
        item["biz_opaque_callback_data"] = outbox_id
    return webhook("messages", {**head(phone_number_id), "statuses": [item]})


def serialise(body: Item) -> bytes:
    """The bytes on the wire: like Meta, non-ASCII as \\u00f1 and every slash as \\/."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def sign(raw: bytes, secret: str) -> str:
    """The value of X-Hub-Signature-256 for these bytes."""
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def head(phone_number_id: str) -> Item:
    """What the value of most fields begins with."""
    metadata = {"display_phone_number": DISPLAY_NUMBER, "phone_number_id": phone_number_id}
    return {"messaging_product": "whatsapp", "metadata": metadata}


def webhook(field: str, value: Item) -> Item:
    """The body that carries one change of one field."""
    change = {"field": field, "value": value}
    return {"object": "whatsapp_business_account", "entry": [{"id": BUSINESS_ACCOUNT, "changes": [change]}]}
