"""Builds what Meta sends beside messages and statuses: identity events, echoes, standby copies, handovers.

Formats: https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/system
and .../webhooks/reference/smb_message_echoes; of handovers, what other businesses have received.
"""

from __future__ import annotations

import secrets
import time
from typing import Any

from linea.simulator import envelopes

Item = dict[str, Any]


def number_changed(before: Item, after: Item) -> list[Item]:
    """The system messages of a person whose number is another one now; the user id changes with it."""
    words = f"User {before['name']} changed from {before['phone']} to {after['phone']}"
    system = {"type": "user_changed_number", "body": words, "wa_id": after["phone"].lstrip("+")}
    return [_system(before, system), user_id_changed(before, after)]


def user_id_changed(before: Item, after: Item) -> Item:
    """The system message of a person with another user id."""
    words = f"User {before['name']} changed from {before['user_id']} to {after['user_id']}"
    system = {
        "type": "user_changed_user_id",
        "body": words,
        "user_id": after["user_id"],
        "previous_user_id": before["user_id"],
    }
    if not after["hides_phone"]:
        system["wa_id"] = after["phone"].lstrip("+")
    return _system(before, system)


def device_changed(person: Item) -> Item:
    """The system message of a person whose WhatsApp was installed anew, by them or by somebody else."""
    identity = {"acknowledged": False, "created_timestamp": _now(), "hash": secrets.token_urlsafe(8)}
    words = f"{person['name']}'s identity changed"
    system = {"type": "customer_identity_changed", "body": words, "identity": identity["hash"]}
    if not person["hides_phone"]:
        system["customer"] = person["phone"].lstrip("+")
    return {**_system(person, system), "identity": identity}


def system_webhook(phone_number_id: str, messages: list[Item]) -> Item:
    """The body that carries system messages; they come without contacts."""
    return envelopes.webhook("messages", {**envelopes.head(phone_number_id), "messages": messages})


def echo_webhook(phone_number_id: str, person: Item, wamid: str, text: str) -> Item:
    """The body that tells what the team wrote on the telephone's own app."""
    echo: Item = {"from": envelopes.DISPLAY_NUMBER, "id": wamid, "timestamp": _now()}
    if not person["hides_phone"]:
        echo["to"] = person["phone"].lstrip("+")
    echo |= {"to_user_id": person["user_id"], "type": "text", "text": {"body": text}}
    return envelopes.webhook(
        "smb_message_echoes", {**envelopes.head(phone_number_id), "message_echoes": [echo]}
    )


def standby_webhook(phone_number_id: str, person: Item, message: Item) -> Item:
    """The body that shows what a person writes to another system."""
    copy = {"contacts": [envelopes.contact_of(person)], "messages": [message]}
    return envelopes.webhook("standby", {**envelopes.head(phone_number_id), "standby": copy})


def handover_webhook(phone_number_id: str, person: Item, *, taken: bool) -> Item:
    """The body that says that another system has the chat now, or has given it to us; without metadata."""
    kind = "control_taken" if taken else "control_passed"
    roles = {"previous_owner_role": "escalation", "new_owner_role": "ai_agent"}
    if not taken:
        roles = {
            "previous_owner_app_role": "meta_business_agent",
            "previous_owner_role": "ai_agent",
            "new_owner_role": "escalation",
        }
    sender = {"user_id": person["user_id"]}
    if not person["hides_phone"]:
        sender["phone_number"] = person["phone"].lstrip("+")
    value = {
        "messaging_product": "whatsapp",
        "recipient": envelopes.head(phone_number_id)["metadata"],
        "sender": sender,
        "timestamp": _now(),
        "type": kind,
        kind: roles,
    }
    return envelopes.webhook("messaging_handovers", value)


def _system(person: Item, system: Item) -> Item:
    wamid = envelopes.new_wamid(person["phone"], incoming=True)
    return {**envelopes.message_from(person, wamid), "type": "system", "system": system}


def _now() -> str:
    return str(int(time.time()))
