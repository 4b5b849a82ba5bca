"""Turns our messages into the form Twilio accepts, options as numbered lines, dropping nothing."""

from __future__ import annotations

import re
from urllib.parse import quote

from linea import numbered
from linea.channels import parting
from linea.messages import Body, Sender

# https://www.twilio.com/docs/messaging/api/message-resource#request-body-parameters
TEXT_MAX = 1600

_PHONE = re.compile(r"\+[0-9]{5,15}")


def split(body: Body) -> list[Body]:
    """The body as messages that each fit Twilio, in order; nearly always the body itself.

    The options stay together, below the last paragraph where both fit one message. Raises ValueError
    when there is nothing to say.
    """
    whole = numbered.text(body)
    if not whole.strip():
        raise ValueError("a message without a text and without options")
    if parting.within(whole, TEXT_MAX):
        return [body]
    if not parting.within(numbered.text(Body("", body.options)), TEXT_MAX):
        return [Body(part) for part in parting.parts(whole, TEXT_MAX)]
    before, _, last = body.text.strip().rpartition("\n\n")
    ending = Body(last.strip(), body.options, body.button)
    if not (body.options and parting.within(numbered.text(ending), TEXT_MAX)):
        before, ending = body.text, Body("", body.options, body.button)
    parts = [Body(part) for part in parting.parts(before, TEXT_MAX)]
    return [*parts, ending] if body.options else parts


def build(body: Body, sender: Sender, our_number: str, status_url: str, outbox_id: str) -> dict[str, str]:
    """The request's form for one message that `split` gave back; `status_url` is told what becomes of it,
    with `outbox_id` in its query.

    Raises ValueError for a person without a phone number and for a text that `split` should have parted.
    """
    if not sender.phone or not _PHONE.fullmatch(sender.phone):
        raise ValueError("a person without a phone number")
    words = numbered.text(body)
    if not words.strip() or not parting.within(words, TEXT_MAX):
        raise ValueError(f"an SMS must have 1 to {TEXT_MAX} characters")
    return {
        "To": sender.phone,
        "From": our_number,
        "Body": words,
        "StatusCallback": f"{status_url}?o={quote(outbox_id, safe='')}",
    }
