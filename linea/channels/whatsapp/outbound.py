"""Turns our messages into the JSON Meta's Cloud API accepts, within its limits, dropping nothing."""

from __future__ import annotations

import re
from typing import Any, Literal

from linea import numbered
from linea.channels.parting import parts, within
from linea.messages import Body, Option, Sender, Template

# Limits as Meta states them, in characters; counted here in UTF-16 units, which is never too few.
# https://developers.facebook.com/docs/whatsapp/cloud-api/messages/text-messages
TEXT_MAX = 4096
# https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-reply-buttons-messages
INTERACTIVE_BODY_MAX = 1024  # Meta's page on lists says 4096, its OpenAPI file 1024: the safe one
BUTTONS_MAX = 3
BUTTON_TITLE_MAX = 20
BUTTON_ID_MAX = 256
# https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-list-messages
ROWS_MAX = 10
ROW_TITLE_MAX = 24
ROW_DESCRIPTION_MAX = 72
ROW_ID_MAX = 200
LIST_LABEL_MAX = 20
# https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-message-templates
TEMPLATE_VALUE_MAX = 1024

Form = Literal["text", "buttons", "list", "numbered"]

_PARAGRAPH = re.compile(r"\n\s*\n")


def form(body: Body) -> Form:
    """How the body is shown: text, reply buttons, a list, or its options as numbered lines.

    Numbered where buttons and list would lose something: a title, description or id too long or
    twice the same, too many options, or more than three without the label that opens a list.
    """
    options = body.options
    if not options:
        return "text"
    for one_of_each in ([o.id for o in options], [o.title.strip().casefold() for o in options]):
        if len(set(one_of_each)) < len(options) or not all(one_of_each):
            return "numbered"
    if not within(body.text, INTERACTIVE_BODY_MAX) or not body.text.strip():
        return "numbered"
    if len(options) <= BUTTONS_MAX and all(map(_fits_button, options)):
        return "buttons"
    label = (body.button or "").strip()
    if len(options) <= ROWS_MAX and all(map(_fits_row, options)) and label and within(label, LIST_LABEL_MAX):
        return "list"
    return "numbered"


def split(body: Body) -> list[Body]:
    """The body as messages that each fit WhatsApp, in order; nearly always the body itself.

    A text too long is parted between paragraphs, else sentences, else words. What can be tapped
    stays with the last paragraph. Raises ValueError when there is nothing to say.
    """
    if not body.text.strip() and not body.options:
        raise ValueError("a message without a text and without options")
    if not body.options:
        return [Body(part) for part in parts(body.text, TEXT_MAX)]
    if form(body) != "numbered":
        return [body]
    before, last = _last_paragraph(body.text)
    ending = Body(last, body.options, body.button)
    if form(ending) == "numbered":
        if within(numbered.text(body), TEXT_MAX):
            return [body]
        if not within(numbered.text(ending), TEXT_MAX):
            return [Body(part) for part in parts(numbered.text(body), TEXT_MAX)]
    return [*(Body(part) for part in parts(before, TEXT_MAX)), ending]


def build(body: Body, sender: Sender, outbox_id: str) -> dict[str, Any]:
    """The request's JSON for one message that `split` gave back.

    `outbox_id` returns in every status of the message (`biz_opaque_callback_data`). The person is
    addressed by the number exactly as received, with its "+" (without it Meta may put our own
    country before it), or by the business-scoped user id where no number is known.
    Raises ValueError for a person without an address and for a text that `split` should have parted.
    """
    request: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **_address(sender),
        "biz_opaque_callback_data": outbox_id,
    }
    shown_as = form(body)
    if shown_as in ("buttons", "list"):
        action = _buttons(body) if shown_as == "buttons" else _list(body)
        kind = "button" if shown_as == "buttons" else "list"
        interactive = {"type": kind, "body": {"text": body.text}, "action": action}
        return {**request, "type": "interactive", "interactive": interactive}
    text = numbered.text(body)
    if not text.strip() or not within(text, TEXT_MAX):
        raise ValueError(f"a text must have 1 to {TEXT_MAX} characters")
    return {**request, "type": "text", "text": {"body": text, "preview_url": False}}


def build_template(template: Template, sender: Sender, outbox_id: str) -> dict[str, Any]:
    """The request's JSON for a message approved by Meta beforehand, which alone reaches who has not written
    to us in the last 24 hours.

    Its values are put on one line: Meta refuses line breaks in them. Raises ValueError for a person without
    an address and for an empty or too long value.
    """
    values = [" ".join(value.split()) for value in template.values]
    if not all(value and within(value, TEMPLATE_VALUE_MAX) for value in values):
        raise ValueError(f"a value of a template must have 1 to {TEMPLATE_VALUE_MAX} characters")
    content: dict[str, Any] = {"name": template.name, "language": {"code": template.language}}
    if values:
        parameters = [{"type": "text", "text": value} for value in values]
        content["components"] = [{"type": "body", "parameters": parameters}]
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **_address(sender),
        "biz_opaque_callback_data": outbox_id,
        "type": "template",
        "template": content,
    }


def _address(sender: Sender) -> dict[str, str]:
    if sender.phone:
        return {"to": sender.phone}
    if sender.bsuid:
        return {"recipient": sender.bsuid}
    raise ValueError("a person without an address on WhatsApp")


def _buttons(body: Body) -> dict[str, Any]:
    replies = [{"id": option.id, "title": option.title} for option in body.options]
    return {"buttons": [{"type": "reply", "reply": reply} for reply in replies]}


def _list(body: Body) -> dict[str, Any]:
    rows = []
    for option in body.options:
        row = {"id": option.id, "title": option.title}
        rows.append({**row, "description": option.description} if option.description else row)
    return {"button": (body.button or "").strip(), "sections": [{"rows": rows}]}


def _fits_button(option: Option) -> bool:
    return (
        not option.description  # a button has no place for it
        and within(option.title, BUTTON_TITLE_MAX)
        and within(option.id, BUTTON_ID_MAX)
    )


def _fits_row(option: Option) -> bool:
    return (
        within(option.title, ROW_TITLE_MAX)
        and within(option.description or "", ROW_DESCRIPTION_MAX)
        and within(option.id, ROW_ID_MAX)
    )


def _last_paragraph(text: str) -> tuple[str, str]:
    """The text before what stays with the options, and that last piece, short enough for them."""
    text = text.strip()
    ends = [found.end() for found in _PARAGRAPH.finditer(text)]
    start = ends[-1] if ends else 0
    pieces = parts(text[start:], INTERACTIVE_BODY_MAX)
    before = [text[:start].strip(), *pieces[:-1]]
    return "\n\n".join(part for part in before if part), "".join(pieces[-1:])
