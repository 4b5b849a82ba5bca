"""Says whether a webhook call really comes from Meta."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

# https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads
_HEADER = re.compile(r"sha256=[0-9a-fA-F]{64}")

# Meta's challenge is a short number; anything richer could be a script to be echoed.
_CHALLENGE = re.compile(r"[0-9A-Za-z_-]{1,64}")


def well_formed(header_values: Sequence[str]) -> bool:
    """Whether there is exactly one header of the right shape, so that a body is worth reading at all."""
    return len(header_values) == 1 and _HEADER.fullmatch(header_values[0]) is not None


def valid(raw: bytes, header_values: Sequence[str], secrets: Sequence[str]) -> bool:
    """Whether the one `X-Hub-Signature-256` header signs exactly these bytes with any of the secrets.

    Several secrets serve a rotation; a blank secret matches nothing. A missing, repeated or
    misshapen header is refused. Every secret is tried in constant time; nothing raises.
    """
    if not well_formed(header_values):
        return False
    claimed = bytes.fromhex(header_values[0].removeprefix("sha256="))
    found = False
    for secret in secrets:
        if secret.strip():
            signed = hmac.new(_bytes(secret), raw, hashlib.sha256).digest()
            found |= hmac.compare_digest(signed, claimed)
    return found


def verify_challenge(params: Mapping[str, str], verify_token: str) -> str | None:
    """The challenge to echo as text/plain when Meta verifies the address, or None: answer 403.

    `params` are the query's `hub.mode`, `hub.verify_token` and `hub.challenge`. A blank configured
    token refuses everything, and so does a challenge of other than 1-64 letters, digits, `-`, `_`.
    """
    known = hmac.compare_digest(_bytes(params.get("hub.verify_token", "")), _bytes(verify_token))
    challenge = params.get("hub.challenge", "")
    if not (known and verify_token.strip() and params.get("hub.mode") == "subscribe"):
        return None
    return challenge if _CHALLENGE.fullmatch(challenge) else None


def _bytes(text: str) -> bytes:
    # compare_digest refuses text outside ASCII; surrogatepass takes whatever an environment held.
    return text.encode("utf-8", "surrogatepass")
