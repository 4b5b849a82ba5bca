"""Builds and signs what Twilio would send to the line: incoming messages and status callbacks, as forms.

Formats: https://www.twilio.com/docs/messaging/guides/webhook-request and
https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
Signature: https://www.twilio.com/docs/usage/security#validating-requests
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import Any
from urllib.parse import parse_qsl, urlencode

API_VERSION = "2010-04-01"
COUNTRIES = {"+51": "PE", "+58": "VE", "+57": "CO", "+56": "CL", "+593": "EC", "+54": "AR", "+1": "US"}

Form = dict[str, str]


def new_sid(kind: str) -> str:
    """A Twilio id: SM for a text, MM for one with files, ME for a file."""
    return kind + secrets.token_hex(16)


def message_form(
    account: str, sid: str, sender: str, to: str, body: str | None, media: list[tuple[str, str]]
) -> Form:
    """An incoming message; `media` are addresses with their types. What is not known comes blank."""
    form: Form = {"ToCountry": country(to), "ToState": "", "ToCity": "", "ToZip": ""}
    form |= {"FromCountry": country(sender), "FromState": "", "FromCity": "", "FromZip": ""}
    form |= {"SmsMessageSid": sid, "SmsSid": sid, "MessageSid": sid, "AccountSid": account}
    form |= {"SmsStatus": "received", "ApiVersion": API_VERSION, "From": sender, "To": to}
    form |= {"NumMedia": str(len(media)), "NumSegments": str(segments(body or ""))}
    if body is not None:
        form["Body"] = body
    for number, (url, mime) in enumerate(media):
        form |= {f"MediaContentType{number}": mime, f"MediaUrl{number}": url}
    return form


def status_form(account: str, sid: str, sender: str, to: str, status: str, error: int | None) -> Form:
    """What became of one message of the line."""
    form = {"SmsSid": sid, "SmsStatus": status, "MessageStatus": status, "To": to, "MessageSid": sid}
    form |= {"AccountSid": account, "From": sender, "ApiVersion": API_VERSION}
    return form if error is None else {**form, "ErrorCode": str(error)}


def serialise(form: dict[str, Any]) -> str:
    """The body on the wire, blanks included."""
    return urlencode(form)


def sign(url: str, body: str, token: str) -> str:
    """The value of X-Twilio-Signature for a form posted to this address."""
    pairs = sorted(parse_qsl(body, keep_blank_values=True))
    text = url + "".join(name + value for name, value in pairs)
    digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def country(number: str) -> str:
    """The country of a number by its prefix, or nothing."""
    return next((code for prefix, code in COUNTRIES.items() if number.startswith(prefix)), "")


# 3GPP TS 23.038: the default alphabet; the second line takes two places each.
_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLE = frozenset("\f^{}\\[~]|€")


def segments(text: str) -> int:
    """In how many parts Twilio sends a text, and bills it: 160 letters or 153 each, 70 or 67 as UCS-2.

    A letter that takes two places is never cut in two.
    """
    if all(letter in _ALPHABET or letter in _DOUBLE for letter in text):
        sizes, one, many = [1 + (letter in _DOUBLE) for letter in text], 160, 153
    else:
        sizes, one, many = [1 + (ord(letter) > 0xFFFF) for letter in text], 70, 67
    if sum(sizes) <= one:
        return 1
    parts, room = 1, many
    for size in sizes:
        if size > room:
            parts, room = parts + 1, many
        room -= size
    return parts
