"""Turns one webhook body of Meta's into our own messages, statuses, changes, takeovers and problems."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Literal

from linea.channels.whatsapp import changes, content, reading
from linea.channels.whatsapp.senders import CONTACT, FROM, TO, Contacts, card, names
from linea.channels.whatsapp.values import Item, error_codes, items, moment, part, text
from linea.messages import IdentityChange, Inbound, Parsed, Problem, Status, Takeover

CHANNEL = "whatsapp"

_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

Who = Literal["phone_app", "other_system"]
Found = Inbound | Status | Problem | IdentityChange | Takeover


def parse(raw: bytes, phone_number_id: str) -> Parsed:
    """Everything the body holds, in its own order; never raises, whatever the bytes.

    What cannot be read, or is not for the assistant, becomes a Problem that keeps it whole; one bad
    item never spoils its neighbours. `phone_number_id` is the line's own: what was written to
    another of the organisation's numbers is a Problem "other_number".
    Forms: https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components
    """
    try:
        body = reading.read(raw)
    except reading.Unreadable:
        return Parsed(problems=(Problem("not_json", reading.text(raw)),))
    if not isinstance(body, dict) or body.get("object") != "whatsapp_business_account":
        return Parsed(problems=(Problem("not_whatsapp", body),))
    found = list(_read_body(body, phone_number_id))
    return Parsed(
        messages=tuple(item for item in found if isinstance(item, Inbound)),
        statuses=tuple(item for item in found if isinstance(item, Status)),
        problems=tuple(item for item in found if isinstance(item, Problem)),
        changes=tuple(item for item in found if isinstance(item, IdentityChange)),
        takeovers=tuple(item for item in found if isinstance(item, Takeover)),
    )


def _read_body(body: Item, phone_number_id: str) -> Iterator[Found]:
    for entry in items(body.get("entry")):
        if not isinstance(entry, dict):
            yield Problem("bad_item", entry)
            continue
        for change in items(entry.get("changes")):
            yield from _read_change(change, phone_number_id)


def _read_change(change: Any, phone_number_id: str) -> Iterator[Found]:
    if not isinstance(change, dict):
        yield Problem("bad_item", change)
        return
    field, value = change.get("field") or "messages", change.get("value")
    name = field if isinstance(field, str) and _FIELD_NAME.fullmatch(field) else "unknown_field"
    reader = _READERS.get(name)
    if reader is None:
        yield Problem(name, change)
        return
    if not isinstance(value, dict):
        yield Problem("bad_item", change)
        return
    # A handover names our number as its recipient instead.
    number = part(value, "metadata").get("phone_number_id") or part(value, "recipient").get("phone_number_id")
    if text(number) not in (phone_number_id, None):
        yield Problem("other_number", change)
        return
    yield from reader(change, value, phone_number_id)


def _messages(change: Item, value: Item, phone_number_id: str) -> Iterator[Found]:
    messages, statuses, errors = (items(value.get(name)) for name in ("messages", "statuses", "errors"))
    if not (messages or statuses or errors):
        yield Problem("empty_change", change)
    contacts = Contacts(items(value.get("contacts")))
    summary = text(part(part(value, "conversation_context"), "summary").get("text"))
    for item in messages:
        yield _read_message(item, contacts, phone_number_id, summary)
    for item in statuses:
        if not (isinstance(item, dict) and item.get("recipient_type") == "group"):
            yield _read_status(item)
    for item in errors:
        yield Problem("value_error", item)


def _standby(change: Item, value: Item, phone_number_id: str) -> Iterator[Found]:
    """Copies of what another system on the number answers: read for danger, and who answers is noted.

    Their key is another than the message's own, which may still be delivered to us.
    """
    copies = value.get("standby")
    if not isinstance(copies, dict):
        yield Problem("bad_item", change)
        return
    contacts = Contacts(items(copies.get("contacts")))
    messages, echoes = items(copies.get("messages")), items(copies.get("message_echoes"))
    if copies and not (messages or echoes or copies.get("statuses")):
        yield Problem("empty_change", change)
    for item in messages:
        yield _read_message(item, contacts, phone_number_id, None, copy=True)
    for item in echoes:
        yield _read_echo(item, contacts, phone_number_id, "other_system")


def _phone_app(change: Item, value: Item, phone_number_id: str) -> Iterator[Found]:
    """What somebody of the team wrote on the telephone's own WhatsApp."""
    echoes = items(value.get("message_echoes"))
    if not echoes:
        yield Problem("empty_change", change)
    contacts = Contacts(items(value.get("contacts")))
    for item in echoes:
        yield _read_echo(item, contacts, phone_number_id, "phone_app")


def _handover(change: Item, value: Item, phone_number_id: str) -> Iterator[Found]:
    """`control_taken`: another system answers this person from now on; `control_passed`: we do."""
    sender, kind = part(value, "sender"), text(value.get("type"))
    own = card({**sender, "wa_id": sender.get("phone_number") or sender.get("wa_id")}, CONTACT)
    person = Contacts(items(value.get("contacts"))).complete(own)
    if person is None or kind not in ("control_taken", "control_passed"):
        yield Problem("messaging_handovers", change)
        return
    at = text(value.get("timestamp")) or "?"
    key = f"h:{phone_number_id}:{'/'.join(names(person))}:{kind}:{at}"
    taken = kind == "control_taken"
    yield Takeover(CHANNEL, key, person, "other_system", taken, None, moment(value.get("timestamp")), value)


def _preferences(change: Item, value: Item, phone_number_id: str) -> Iterator[Found]:
    """Whether somebody wants marketing: kept beside what they write, and no reason to stop helping them."""
    contacts, preferences = Contacts(items(value.get("contacts"))), items(value.get("user_preferences"))
    if not preferences:
        yield Problem("empty_change", change)
    for item in preferences:
        person = contacts.complete(card(item, CONTACT)) if isinstance(item, dict) else None
        if person is None:
            yield Problem("user_preferences", change)
            continue
        said = [text(item.get(name)) or "?" for name in ("category", "timestamp", "value")]
        key = f"p:{phone_number_id}:{'/'.join(names(person))}:{':'.join(said)}"
        at = moment(item.get("timestamp"))
        yield Inbound(CHANNEL, key, key, person, "silent", "user_preferences", None, None, at, None, raw=item)


def _user_ids(change: Item, value: Item, phone_number_id: str) -> Iterator[Found]:
    """Which user id took the place of which; the system message beside it may name the new one alone."""
    updates = items(value.get("user_id_update"))
    if not updates:
        yield Problem("empty_change", change)
    for item in updates:
        read = changes.read_update(CHANNEL, phone_number_id, item) if isinstance(item, dict) else None
        yield read or Problem("user_id_update", {"item": item, "contacts": value.get("contacts")})


_READERS: dict[str, Callable[[Item, Item, str], Iterator[Found]]] = {
    "messages": _messages,
    "standby": _standby,
    "smb_message_echoes": _phone_app,
    "messaging_handovers": _handover,
    "user_preferences": _preferences,
    "user_id_update": _user_ids,
}


def _read_message(
    item: Any, contacts: Contacts, phone_number_id: str, summary: str | None, copy: bool = False
) -> Inbound | IdentityChange | Problem:
    if not isinstance(item, dict):
        return Problem("bad_item", item)
    wamid = text(item.get("id"))
    if wamid is None:
        return Problem("no_id", item)
    vendor_type = text(item.get("type")) or "unknown"
    nobody = Problem("no_sender", {"message": item, "contacts": contacts.raw})
    kind = changes.kind(item) if vendor_type == "system" else None
    if kind:  # the same key for a copy: it is one change
        return changes.read(CHANNEL, f"c:{phone_number_id}:{wamid}", kind, item, contacts) or nobody
    sender = contacts.complete(card(item, FROM))
    if sender is None:
        return nobody
    held = content.read(vendor_type, item)
    if summary:  # written by a model of Meta's: shown, never read
        held.details["context_summary"] = summary
    key = f"m:{phone_number_id}:{wamid}"
    return Inbound(
        channel=CHANNEL,
        key=f"standby:{key}" if copy else key,
        external_id=wamid,
        sender=sender,
        kind="copy" if copy and held.kind != "silent" else held.kind,
        type=vendor_type,
        text=held.text,
        option_id=held.option_id,
        sent_at=moment(item.get("timestamp")),
        reply_to=held.reply_to,
        raw=item,
        media=held.media,
        details=held.details,
    )


def _read_echo(item: Any, contacts: Contacts, phone_number_id: str, who: Who) -> Takeover | Problem:
    """A message to a person that this line did not write; Meta puts it into `message` or leaves it flat."""
    if not isinstance(item, dict):
        return Problem("bad_item", item)
    inner = {**item, **part(item, "message")}
    wamid = text(item.get("id")) or text(inner.get("id"))
    if wamid is None:
        return Problem("no_id", item)
    person = contacts.complete(card({**inner, "to": inner.get("to") or inner.get("recipient")}, TO))
    if person is None:
        return Problem("no_sender", {"message": item, "contacts": contacts.raw})
    words = content.read(text(inner.get("type")) or "unknown", inner).text
    at = moment(inner.get("timestamp"))
    return Takeover(CHANNEL, f"e:{phone_number_id}:{wamid}", person, who, True, words, at, item)


def _read_status(item: Any) -> Status | Problem:
    if not isinstance(item, dict):
        return Problem("bad_item", item)
    wamid, name = text(item.get("id")), text(item.get("status"))
    if wamid is None or name is None:
        return Problem("bad_item", item)
    return Status(
        channel=CHANNEL,
        external_id=wamid,
        outbox_id=text(item.get("biz_opaque_callback_data")),
        status=name,
        error_code=next(iter(error_codes(item.get("errors"))), None),
        at=moment(item.get("timestamp")),
    )
