"""What one message of Meta's holds: its kind, its words, its files, and what an operator is shown beside."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from linea.channels.whatsapp import reading
from linea.channels.whatsapp.values import Item, degrees, error_codes, items, part, text
from linea.messages import Kind, Media

MEDIA_TYPES = {  # Meta's name -> ours; "voice" is how older versions name a voice note
    "image": "image",
    "video": "video",
    "audio": "audio",
    "voice": "audio",
    "document": "document",
    "sticker": "sticker",
}

_HIDDEN = {"edit": "edited", "revoke": "removed"}
_NAME_MAX = 120
_MIME = re.compile(r"[a-z0-9][a-z0-9.+-]{0,15}/[a-z0-9][a-z0-9.+-]{0,62}")
# Control characters, and those that turn or hide what stands around them.
_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_VCARD_LINE = re.compile(r"(?:^|\n)(?:[A-Za-z0-9]+\.)?(FN|TEL)(?:;[^:\r\n]*)?:([^\r\n]+)", re.IGNORECASE)


@dataclass
class Content:
    """The parts of `messages.Inbound` that depend on a message's type."""

    kind: Kind
    text: str | None = None
    option_id: str | None = None
    media: tuple[Media, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)
    reply_to: str | None = None


def read(vendor_type: str, item: Item) -> Content:
    """The content, whatever the type; a type nobody knows is `other`, with the words found beside it.

    Forms: https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/reference/messages
    """
    content = _read(vendor_type, item)
    if text(item.get("group_id")):  # said to others too: watched for danger, never answered
        content = Content("silent", content.text, details={"group": True})
    codes = error_codes(item.get("errors"))
    if codes:
        content.details["errors"] = codes
    context = part(item, "context")
    content.details = {**_circumstances(item, context), **content.details}
    content.reply_to = content.reply_to or text(context.get("id"))
    return content


def _read(vendor_type: str, item: Item) -> Content:
    if vendor_type in MEDIA_TYPES:
        return _media(vendor_type, item)
    if vendor_type in ("button", "interactive"):
        return _tap(vendor_type, item)
    if vendor_type == "location":
        return _location(item)
    if vendor_type == "contacts":
        return Content("other", details={"contacts": [_contact(one) for one in items(item.get("contacts"))]})
    if vendor_type == "order":
        return _order(item)
    if vendor_type in ("reaction", "edit", "revoke", "system", "request_welcome", "unsupported"):
        return _event(vendor_type, item)
    words = text(part(item, "text").get("body"))
    if vendor_type == "text" and words:
        return Content("text", words)
    return Content("other", words or _caption(item))


def _media(vendor_type: str, item: Item) -> Content:
    """A file by its id alone: the address some versions give beside it is never used."""
    file = part(item, vendor_type)
    words = text(file.get("caption")) or text(part(item, "text").get("body"))
    kind = MEDIA_TYPES[vendor_type]
    details: dict[str, Any] = {"caption_of": kind} if words else {}
    ref = text(file.get("id"))
    if ref is None or items(item.get("errors")):
        return Content("media", words, details={**details, "failed": True})
    found = Media(
        ref=ref,
        type=kind,
        mime=_mime(file.get("mime_type")),
        sha256=text(file.get("sha256")),
        name=_name(file.get("filename")) if kind == "document" else None,
        voice=vendor_type == "voice" or (kind == "audio" and file.get("voice") is True),
    )
    return Content("media", words, media=(found,), details=details)


def _tap(vendor_type: str, item: Item) -> Content:
    taps: list[tuple[str | None, str | None]] = []
    if vendor_type == "button":
        button = part(item, "button")
        taps = [(text(button.get("payload")), text(button.get("text")))]
    else:
        interactive = part(item, "interactive")
        if interactive.get("type") == "call_permission_reply":
            return Content("silent")
        replies = [part(interactive, name) for name in ("button_reply", "list_reply")]
        taps = [(text(reply.get("id")), text(reply.get("title"))) for reply in replies]
        if not any(map(any, taps)) and "nfm_reply" in interactive:
            return Content("other", details={"form": _form(interactive["nfm_reply"])})
    for option_id, title in taps:
        if option_id:
            return Content("option", title, option_id)
        if title:  # a tap without its id says no more than the words on it
            return Content("text", title)
    return Content("other", _caption(item))


def _form(reply: Any) -> Any:
    """What a form held: JSON inside JSON, or, where that is broken, what stands in its place."""
    written = reply.get("response_json") if isinstance(reply, dict) else reply
    if not isinstance(written, str):
        return written
    try:
        return reading.read(written.encode("utf-8"))
    except reading.Unreadable:
        return written


def _location(item: Item) -> Content:
    place = part(item, "location")
    latitude, longitude = degrees(place.get("latitude"), 90), degrees(place.get("longitude"), 180)
    if latitude is None or longitude is None:
        return Content("other")
    said = {name: text(place.get(name)) for name in ("name", "address")}
    return Content("location", details={"location": {"latitude": latitude, "longitude": longitude, **said}})


def _contact(one: Any) -> dict[str, Any]:
    """A name and its numbers, from a card's own parts or, since 2026, from the vCard inside it."""
    card = one if isinstance(one, dict) else {}
    written = _VCARD_LINE.findall(text(card.get("vcard")) or "")
    vcard = [(kind.upper(), words.strip()) for kind, words in written]
    name = part(card, "name")
    called = [
        *(name.get("formatted_name"), name.get("first_name")),
        *(words for kind, words in vcard if kind == "FN"),
        part(card, "org").get("company"),
    ]
    numbers = [
        text(phone.get("phone")) or text(phone.get("wa_id"))
        for phone in items(card.get("phones"))
        if isinstance(phone, dict)
    ]
    return {
        "name": next((words for words in map(text, called) if words), None),
        "phones": list(filter(None, numbers)) or [words for kind, words in vcard if kind == "TEL"],
    }


def _order(item: Item) -> Content:
    order = part(item, "order")
    products = [
        {"id": text(one.get("product_retailer_id")), "quantity": text(one.get("quantity"))}
        for one in items(order.get("product_items"))
        if isinstance(one, dict)
    ]
    return Content("other", text(order.get("text")), details={"products": products})


def _event(vendor_type: str, item: Item) -> Content:
    """What happened to a message or a person, not something said to the line; an edit has words."""
    if vendor_type == "reaction":
        reaction = part(item, "reaction")
        emoji = text(reaction.get("emoji")) or ""  # taken back: absent or empty
        return Content("silent", details={"reaction": emoji}, reply_to=text(reaction.get("message_id")))
    if vendor_type == "edit":
        edit = part(item, "edit")
        new = part(edit, "message")
        words = text(part(new, "text").get("body")) or _caption(new)
        target = text(edit.get("original_message_id"))
        return Content("silent", words, details={"edited": True}, reply_to=target)
    if vendor_type == "revoke":
        target = text(part(item, "revoke").get("original_message_id"))
        return Content("silent", details={"removed": True}, reply_to=target)
    if vendor_type == "unsupported":
        # Meta delivers some edits and removals only so, without what they changed.
        hidden = _HIDDEN.get(text(part(item, "unsupported").get("type")) or "")
        return Content("silent", details={hidden: True}) if hidden else Content("other", _caption(item))
    return Content("silent")


def _circumstances(item: Item, context: Item) -> dict[str, Any]:
    """How the message came: passed on, from an advertisement, about a product."""
    details: dict[str, Any] = {}
    if context.get("forwarded") is True or context.get("frequently_forwarded") is True:
        details["forwarded"] = True
    product = text(part(context, "referred_product").get("product_retailer_id"))
    if product:
        details["products"] = [{"id": product, "quantity": None}]
    referral = part(item, "referral")
    if referral:
        kept = {"headline": "headline", "body": "body", "source": "source_type"}
        details["referral"] = {ours: text(referral.get(theirs)) for ours, theirs in kept.items()}
    return details


def _caption(item: Item) -> str | None:
    """The words that came with something of unknown type."""
    captions = [one.get("caption") for one in item.values() if isinstance(one, dict)]
    others = [part(item, "text").get("body"), part(item, "order").get("text")]
    return next((words for words in map(text, captions + others) if words), None)


def _mime(value: Any) -> str | None:
    bare = (text(value) or "").partition(";")[0].strip().lower()
    return bare if _MIME.fullmatch(bare) else None


def _name(value: Any) -> str | None:
    """The last part of a path, without what could hide or turn it, its ending kept where it is cut."""
    last = re.split(r"[/\\]", text(value) or "")[-1]
    name = _HARMFUL.sub("", last).strip().lstrip(".").strip()
    if len(name) > _NAME_MAX:
        ending = PurePosixPath(name).suffix[:12]
        name = name[: _NAME_MAX - len(ending)] + ending
    return name or None
