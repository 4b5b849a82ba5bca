"""Turns one webhook body of Meta's into our own messages, statuses and problems."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from linea.channels.whatsapp import reading
from linea.messages import Inbound, Kind, Parsed, Problem, Sender, Status

CHANNEL = "whatsapp"

# Events about a message or a person, not something said to the line: kept, never answered.
SILENT_TYPES = frozenset({"reaction", "edit", "revoke", "system", "request_welcome"})

_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PHONE = re.compile(r"\+?([0-9]{5,20})")
_PHONE_ORNAMENT = re.compile(r"[\s().-]")
_LARGEST_SECONDS = 10**11  # the year 5138; what is larger is milliseconds

Item = dict[str, Any]


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
    )


def _read_body(body: Item, phone_number_id: str) -> Iterator[Inbound | Status | Problem]:
    for entry in _items(body.get("entry")):
        if not isinstance(entry, dict):
            yield Problem("bad_item", entry)
            continue
        for change in _items(entry.get("changes")):
            yield from _read_change(change, phone_number_id)


def _read_change(change: Any, phone_number_id: str) -> Iterator[Inbound | Status | Problem]:
    if not isinstance(change, dict):
        yield Problem("bad_item", change)
        return
    field = change.get("field")
    if field not in ("messages", None):
        named = isinstance(field, str) and _FIELD_NAME.fullmatch(field)
        yield Problem(field if named else "unknown_field", change)
        return
    value = change.get("value")
    if not isinstance(value, dict):
        yield Problem("bad_item", change)
        return
    if _text(_part(value, "metadata").get("phone_number_id")) not in (phone_number_id, None):
        yield Problem("other_number", change)
        return
    messages, statuses, errors = (_items(value.get(name)) for name in ("messages", "statuses", "errors"))
    if not (messages or statuses or errors):
        yield Problem("empty_change", change)
    contacts = _Contacts(_items(value.get("contacts")))
    for item in messages:
        yield _read_message(item, contacts, phone_number_id)
    for item in statuses:
        if not _of_group(item):
            yield _read_status(item)
    for item in errors:
        yield Problem("value_error", item)


def _read_message(item: Any, contacts: _Contacts, phone_number_id: str) -> Inbound | Problem:
    if not isinstance(item, dict):
        return Problem("bad_item", item)
    wamid = _text(item.get("id"))
    if wamid is None:
        return Problem("no_id", item)
    sender = _read_sender(item, contacts)
    if sender is None:
        return Problem("no_sender", {"message": item, "contacts": contacts.raw})
    vendor_type = _text(item.get("type")) or "unknown"
    kind, text, option_id = _read_content(vendor_type, item)
    return Inbound(
        channel=CHANNEL,
        key=f"m:{phone_number_id}:{wamid}",
        external_id=wamid,
        sender=sender,
        kind="silent" if _text(item.get("group_id")) else kind,
        type=vendor_type,
        text=text,
        option_id=option_id,
        sent_at=_time(item.get("timestamp")),
        reply_to=_text(_part(item, "context").get("id")),
        raw=item,
    )


def _read_content(vendor_type: str, item: Item) -> tuple[Kind, str | None, str | None]:
    """What kind of message it is, its text, and the id of what was tapped."""
    if vendor_type in SILENT_TYPES:
        return "silent", None, None
    if vendor_type == "text":
        body = _text(_part(item, "text").get("body"))
        if body:
            return "text", body, None
    taps: list[tuple[str | None, str | None]] = []
    if vendor_type == "button":
        button = _part(item, "button")
        taps = [(_text(button.get("payload")), _text(button.get("text")))]
    elif vendor_type == "interactive":
        interactive = _part(item, "interactive")
        if interactive.get("type") == "call_permission_reply":
            return "silent", None, None
        replies = [_part(interactive, name) for name in ("button_reply", "list_reply")]
        taps = [(_text(reply.get("id")), _text(reply.get("title"))) for reply in replies]
    for option_id, title in taps:
        if option_id:
            return "option", title, option_id
        if title:  # a tap without its id says no more than the words on it
            return "text", title, None
    return "other", _words_beside(item), None


def _words_beside(item: Item) -> str | None:
    """The words that came with a picture, a file, an order, or a message of unknown type."""
    captions = [part.get("caption") for part in item.values() if isinstance(part, dict)]
    others = [_part(item, "text").get("body"), _part(item, "order").get("text")]
    return next((words for words in map(_text, captions + others) if words), None)


class _Contacts:
    """The contacts beside a change's messages, found by what they have in common with a sender."""

    def __init__(self, raw: list[Any]) -> None:
        self.raw = raw
        self.only: Sender | None = None
        self._by_name: dict[str, set[Sender]] = {}
        for contact in raw:
            if isinstance(contact, dict):
                card = _card(contact, "wa_id", "user_id", "parent_user_id")
                for name in _names(card):
                    self._by_name.setdefault(name, set()).add(card)
                    self.only = card if len(raw) == 1 else None

    def of(self, sender: Sender) -> Sender | None:
        """The one contact that shares a name with the sender and contradicts it in none."""
        near = {card for name in _names(sender) for card in self._by_name.get(name, ())}
        agreeing = [card for card in near if _agrees(sender, card)]
        return agreeing[0] if len(agreeing) == 1 else None


def _read_sender(item: Item, contacts: _Contacts) -> Sender | None:
    """Who wrote: what the message says, completed from the one contact that agrees with it.

    A contact is never taken for its place in the list, except when it is the only one and the
    message names nobody (phone numbers may be missing since April 2026).
    """
    own = _card(item, "from", "from_user_id", "from_parent_user_id")
    if not _names(own):
        return contacts.only
    card = contacts.of(own) or own
    return Sender(own.phone or card.phone, own.bsuid or card.bsuid, own.parent_bsuid or card.parent_bsuid)


def _card(item: Item, phone: str, bsuid: str, parent_bsuid: str) -> Sender:
    return Sender(_phone(item.get(phone)), _text(item.get(bsuid)), _text(item.get(parent_bsuid)))


def _names(sender: Sender) -> list[str]:
    return [name for name in (sender.phone, sender.bsuid) if name]


def _agrees(one: Sender, other: Sender) -> bool:
    pairs = [(one.phone, other.phone), (one.bsuid, other.bsuid)]
    return all(mine == theirs for mine, theirs in pairs if mine and theirs)


def _read_status(item: Any) -> Status | Problem:
    if not isinstance(item, dict):
        return Problem("bad_item", item)
    wamid, name = _text(item.get("id")), _text(item.get("status"))
    if wamid is None or name is None:
        return Problem("bad_item", item)
    codes = [_number(error.get("code")) for error in _items(item.get("errors")) if isinstance(error, dict)]
    return Status(
        channel=CHANNEL,
        external_id=wamid,
        outbox_id=_text(item.get("biz_opaque_callback_data")),
        status=name,
        error_code=next((code for code in codes if code is not None), None),
        at=_time(item.get("timestamp")),
    )


def _of_group(status: Any) -> bool:
    return isinstance(status, dict) and status.get("recipient_type") == "group"


def _items(value: Any) -> list[Any]:
    """The members of a list; a lone value as a list of one; nothing for what is absent or empty."""
    if isinstance(value, list):
        return value
    return [] if value is None or value == {} else [value]


def _part(value: Item, name: str) -> Item:
    part = value.get(name)
    return part if isinstance(part, dict) else {}


def _text(value: Any) -> str | None:
    """A text that says something (a whole number counts as its digits), or None."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and value.strip() else None


def _number(value: Any) -> int | None:
    digits = _text(value)
    return int(digits) if digits and re.fullmatch(r"[0-9]{1,18}", digits) else None


def _phone(value: Any) -> str | None:
    """ "+" and exactly the digits received: a national prefix is never mended (Argentina, Mexico)."""
    shape = _PHONE.fullmatch(_PHONE_ORNAMENT.sub("", _text(value) or ""))
    return f"+{shape[1]}" if shape else None


def _time(value: Any) -> datetime | None:
    """Seconds or milliseconds since 1970, as number or text, in UTC."""
    number = _number(int(value) if isinstance(value, float) else value)
    if number is None:
        return None
    seconds = number // 1000 if number > _LARGEST_SECONDS else number
    if seconds > _LARGEST_SECONDS:
        return None
    return datetime.fromtimestamp(seconds, timezone.utc)
