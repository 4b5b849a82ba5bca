"""Says whether a webhook call really comes from Twilio."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from twilio.request_validator import RequestValidator, add_port, remove_port

# https://www.twilio.com/docs/usage/security#validating-requests: a SHA-1 of 20 bytes, in base64.
_HEADER = re.compile(r"[0-9A-Za-z+/]{27}=")


class _Form(dict[str, list[str]]):
    """A form's values as Twilio's validator wants them: every value of a name that comes several times."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


def pairs(raw: bytes) -> list[tuple[str, str]]:
    """The form's names and values in their own order, blank ones too (`ToCity=`): Twilio signs them."""
    return parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")


def well_formed(header_values: Sequence[str]) -> bool:
    """Whether there is exactly one header of the right shape, so that a body is worth reading at all."""
    return len(header_values) == 1 and _HEADER.fullmatch(header_values[0]) is not None


def valid(url: str, form: Sequence[tuple[str, str]], header_values: Sequence[str], auth_token: str) -> bool:
    """Whether the one `X-Twilio-Signature` header signs this address and this form.

    `url` is the public address with its query, as Twilio was given it, not as a proxy passed it on; with
    or without its port, for Twilio signs either. A missing, repeated or misshapen header and a blank
    token are refused; compared in constant time; nothing raises.
    """
    if not well_formed(header_values) or not auth_token.strip():
        return False
    values = _Form()
    for name, value in form:
        values.setdefault(name, []).append(value)
    validator, parsed = RequestValidator(auth_token), urlsplit(url)
    found = False
    for address in (remove_port(parsed), add_port(parsed)):
        signed = validator.compute_signature(address, values)
        found |= hmac.compare_digest(signed.encode(), header_values[0].encode())
    return found
