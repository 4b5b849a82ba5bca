"""Turns one webhook form of Twilio's into our own message or status."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from linea.channels.sms.signature import pairs
from linea.messages import Inbound, Media, Parsed, Problem, Sender, Status
from linea.settings import TWILIO

CHANNEL = "sms"

_PHONE = re.compile(r"\+[0-9]{5,15}")  # E.164; short codes and names ("Banco") have no "+"
_OTHER_CHANNEL = re.compile(r"[a-z]+:", re.IGNORECASE)  # whatsapp:+51…, rcs:…, messenger:…
_OUTBOX_ID = re.compile(r"[0-9a-f]{32}")

# https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
STATUSES = {"queued": "accepted", "sending": "accepted", "undelivered": "failed", "canceled": "failed"}

_MEDIA_URL = re.compile(r"MediaUrl([0-9]{1,3})")

Form = dict[str, str]
Whole = dict[str, Any]


def parse_message(raw: bytes, account_sid: str, to_number: str, twilio_url: str = TWILIO) -> Parsed:
    """The message the form holds; never raises, whatever the bytes.

    What is from nobody who can be answered, came by another of Twilio's channels or is not for this
    account and number is a Problem that keeps it whole. A file's address is kept only where it is
    Twilio's own; any other is a Problem beside the message, which says `failed`.
    Parameters: https://www.twilio.com/docs/messaging/guides/webhook-request
    """
    form, whole = _read(raw)
    problem = _problem(form, account_sid, to_number)
    if problem:
        return Parsed(problems=(Problem(problem, whole),))
    media, foreign = _media(form, twilio_url)
    text = form.get("Body") if form.get("Body", "").strip() else None
    details: dict[str, Any] = {}
    if foreign or len(media) < _number(form.get("NumMedia")):
        details["failed"] = True
    if media and text:
        details["caption_of"] = media[0].type
    message = Inbound(
        channel=CHANNEL,
        key=f"t:{_sid(form)}",
        external_id=_sid(form),
        sender=Sender(form["From"]),
        kind="media" if media or details else "text" if text else "other",
        type=media[0].type if media else "text",
        text=text,
        option_id=None,
        sent_at=None,
        reply_to=None,
        raw=whole,
        media=media,
        details=details,
    )
    problems = tuple(Problem("media_elsewhere", {"message": _sid(form), "address": url}) for url in foreign)
    return Parsed(messages=(message,), problems=problems)


def parse_status(raw: bytes, query: str) -> Parsed:
    """What the form reports of a message we sent; never raises. `query` is that of the address called,
    which we gave with the message: its `o` is our own id of it, and the signature covers it.
    """
    form, whole = _read(raw)
    name = form.get("MessageStatus") or form.get("SmsStatus")
    if "Body" in form or "NumMedia" in form:  # Twilio was told the wrong address: nothing written is lost
        return Parsed(problems=(Problem("message_at_status_door", whole),))
    if not _sid(form) or not name:
        return Parsed(problems=(Problem("bad_item", whole),))
    ours = parse_qs(query, errors="replace").get("o", [""])[0]
    status = Status(
        channel=CHANNEL,
        external_id=_sid(form),
        outbox_id=ours if _OUTBOX_ID.fullmatch(ours) else None,
        status=STATUSES.get(name.lower(), name.lower()),
        error_code=_number(form.get("ErrorCode")) or None,
        at=None,
    )
    return Parsed(statuses=(status,))


def _read(raw: bytes) -> tuple[Form, Whole]:
    """The form's values, the first of each name, and all there is to be kept: every value of a name that
    comes several times, and the bytes as text where they are no form. Without NUL (PostgreSQL refuses it)."""
    values: dict[str, list[str]] = {}
    for name, value in pairs(raw):
        values.setdefault(name.replace("\x00", ""), []).append(value.replace("\x00", ""))
    if not values:
        return {}, {"": raw.decode("utf-8", "replace").replace("\x00", "")}
    whole = {name: found[0] if len(found) == 1 else found for name, found in values.items()}
    return {name: found[0] for name, found in values.items()}, whole


def _problem(form: Form, account_sid: str, to_number: str) -> str | None:
    """Why the form is no message for this line, or None."""
    sender = form.get("From", "")
    if not _sid(form):
        return "no_id"
    if form.get("AccountSid", account_sid) != account_sid:
        return "other_account"
    if _OTHER_CHANNEL.match(sender):
        return "other_channel"
    if form.get("To", to_number) != to_number:
        return "other_number"
    return None if _PHONE.fullmatch(sender) else "no_sender"


def _sid(form: Form) -> str:
    return form.get("MessageSid") or form.get("SmsSid") or ""


def _media(form: Form, twilio_url: str) -> tuple[tuple[Media, ...], list[str]]:
    """The files at Twilio, and the addresses that are elsewhere."""
    media, foreign = [], []
    places = [found[1] for name in form if (found := _MEDIA_URL.fullmatch(name)) and form[name]]
    for place in sorted(places, key=int):  # not until the first that is missing: what follows came too
        url, mime = form[f"MediaUrl{place}"], form.get(f"MediaContentType{place}") or None
        if _at_twilio(url, twilio_url):
            media.append(Media(ref=url, type=_type(mime or ""), mime=mime))
        else:
            foreign.append(url)
    return tuple(media), foreign


def _at_twilio(url: str, twilio_url: str) -> bool:
    try:
        found = urlsplit(url)
        return (found.scheme, found.netloc) in {urlsplit(ours)[:2] for ours in (TWILIO, twilio_url)}
    except ValueError:
        return False


def _type(mime: str) -> str:
    kind = mime.partition("/")[0].strip().lower()
    return kind if kind in ("image", "video", "audio") else "document"


def _number(value: str | None) -> int:
    return int(value) if value and re.fullmatch(r"[0-9]{1,9}", value.strip()) else 0
