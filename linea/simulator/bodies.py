"""Checks what the line sends the way the Graph API does, and says what a phone would show of it.

Limits: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from linea.simulator.graph_errors import GraphError

TEXT_LIMIT = 4096
BODY_LIMIT = 1024
SHORT_TEXT_LIMIT = 60  # header and footer
BUTTONS, BUTTON_TITLE, BUTTON_ID = 3, 20, 256
ROWS, ROW_TITLE, ROW_DESCRIPTION, ROW_ID = 10, 24, 72, 200
SECTION_TITLE = 24
CALLBACK_DATA_LIMIT = 512
MEDIA = ("image", "audio", "video", "document", "sticker")

PHONE = re.compile(r"\+[1-9]\d{6,14}")
USER_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
TEMPLATE_NAME = re.compile(r"[a-z0-9_]{1,512}")
_UNFIT = re.compile(r"[\n\r\t]| {5}")  # in what fills a template's places

Item = dict[str, Any]


def recipient(body: Item) -> str:
    """The number (with "+") or user id a message is for. Raises GraphError when there is none."""
    if "to" in body:
        to = body["to"]
        if not isinstance(to, str) or not PHONE.fullmatch(to):
            raise GraphError(
                100,
                "Param to must be a phone number with a leading +; without it the business's own country"
                " code may be put before it.",
            )
        return to
    user_id = body.get("recipient")
    if user_id is None:
        raise GraphError(100, "The parameter to is required.")
    if not isinstance(user_id, str) or not USER_ID.fullmatch(user_id):
        raise GraphError(100, "Param recipient must be a business-scoped user id.")
    return user_id


def check(body: Any) -> str:
    """The type of a well-formed request: `read` (mark as read, typing) or a message type.

    Raises GraphError with the code Meta gives: 100 for the request itself, 131008 for a part that is
    missing, 131009 for a part with a wrong value.
    """
    if not isinstance(body, dict):
        raise GraphError(100, "The request body must be a JSON object.")
    if body.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required and must be whatsapp.")
    if body.get("status") is not None:
        _check_read(body)
        return "read"
    recipient(body)
    if body.get("recipient_type", "individual") != "individual":
        raise GraphError(100, "Param recipient_type must be one of {individual}.")
    _text(
        body.get("biz_opaque_callback_data", "-"), "biz_opaque_callback_data", CALLBACK_DATA_LIMIT, code=100
    )
    if "context" in body:
        context = _object(body, "context")
        _text(context.get("message_id"), "context.message_id", 1000)
    kind = body.get("type", "text")
    if not isinstance(kind, str) or kind not in CHECKS:
        raise GraphError(100, f"Param type must be one of {{{', '.join(sorted(CHECKS))}}}.")
    if body.get(kind) is None:
        raise GraphError(131008, f"The parameter {kind} is required.")
    CHECKS[kind](body)
    return kind


def shown(body: Item) -> str:
    """The text a phone shows of a checked message; for media, its caption."""
    kind = body.get("type", "text")
    content = body[kind]
    if kind == "text":
        return str(content["body"])
    if kind == "interactive":
        return str(content["body"]["text"])
    if kind == "template":
        return " · ".join([f"[{content['name']}]", *_values(content)])
    if kind == "reaction":
        return str(content.get("emoji") or "")
    return str(content.get("caption") or "") if isinstance(content, dict) else ""


def options(content: Item) -> list[Item]:
    """What can be tapped under a message: id, title, description and whether it stands in a list."""
    interactive = content.get("interactive") or {}
    action = interactive.get("action") or {}
    buttons = [{**button["reply"], "kind": "button_reply"} for button in action.get("buttons", [])]
    rows = [
        {**row, "kind": "list_reply"} for section in action.get("sections", []) for row in section["rows"]
    ]
    return buttons + rows


def _check_read(body: Item) -> None:
    if body["status"] != "read":
        raise GraphError(100, "Param status must be one of {read}.")
    _text(body.get("message_id"), "message_id", 1000, code=100)
    if "typing_indicator" in body and body["typing_indicator"] != {"type": "text"}:
        raise GraphError(100, 'Param typing_indicator must be {"type": "text"}.')


def _check_text(body: Item) -> None:
    text = _object(body, "text")
    _text(text.get("body"), "text.body", TEXT_LIMIT, code=100)
    if not isinstance(text.get("preview_url", False), bool):
        raise GraphError(100, "Param text.preview_url must be a boolean.")


def _check_interactive(body: Item) -> None:
    interactive = _object(body, "interactive")
    kind = interactive.get("type")
    if not isinstance(kind, str) or kind not in INTERACTIVE_CHECKS:
        raise GraphError(
            131009, f"interactive.type must be one of {{{', '.join(sorted(INTERACTIVE_CHECKS))}}}."
        )
    _text(_object(interactive, "body").get("text"), "interactive.body.text", BODY_LIMIT)
    if "footer" in interactive:
        _text(_object(interactive, "footer").get("text"), "interactive.footer.text", SHORT_TEXT_LIMIT)
    if "header" in interactive:
        header = _object(interactive, "header")
        if header.get("type") == "text":
            _text(header.get("text"), "interactive.header.text", SHORT_TEXT_LIMIT)
        elif kind == "list" or header.get("type") not in ("image", "video", "document"):
            raise GraphError(131009, "interactive.header.type is not allowed here.")
    INTERACTIVE_CHECKS[kind](_object(interactive, "action"))


def _check_buttons(action: Item) -> None:
    buttons = _items(action.get("buttons"), "buttons", BUTTONS)
    for button in buttons:
        if button.get("type") != "reply":
            raise GraphError(131009, "Button type must be reply.")
        reply = _object(button, "reply")
        _text(reply.get("id"), "button.reply.id", BUTTON_ID)
        _text(reply.get("title"), "button.reply.title", BUTTON_TITLE)
    _unique([button["reply"]["id"] for button in buttons], "Button ids")
    _unique([button["reply"]["title"] for button in buttons], "Button titles")


def _check_list(action: Item) -> None:
    _text(action.get("button"), "action.button", BUTTON_TITLE)
    sections = _items(action.get("sections"), "sections", ROWS)
    rows: list[Item] = []
    for section in sections:
        if len(sections) > 1 or "title" in section:
            _text(section.get("title"), "section.title", SECTION_TITLE)
        rows += _items(section.get("rows"), "rows", ROWS)
    if len(rows) > ROWS:
        raise GraphError(131009, f"Total row count exceed max allowed count: {ROWS}.")
    for row in rows:
        _text(row.get("id"), "row.id", ROW_ID)
        _text(row.get("title"), "row.title", ROW_TITLE)
        if "description" in row:
            _text(row["description"], "row.description", ROW_DESCRIPTION)
    _unique([row["id"] for row in rows], "Row ids")


def _check_link(action: Item) -> None:
    parameters = _object(action, "parameters")
    _text(parameters.get("display_text"), "display_text", BUTTON_TITLE)
    _text(parameters.get("url"), "url", 2000)


def _check_location_request(action: Item) -> None:
    if action.get("name") != "send_location":
        raise GraphError(131009, "action.name must be send_location.")


def _check_media(kind: str) -> Callable[[Item], None]:
    def check_one(body: Item) -> None:
        media = _object(body, kind)
        if ("id" in media) == ("link" in media):
            raise GraphError(131008, f"{kind} needs an id or a link, and not both.")
        _text(media.get("id", media.get("link")), f"{kind}.id", 2000)
        if "caption" in media:
            if kind in ("audio", "sticker"):
                raise GraphError(131009, f"{kind} has no caption.")
            _text(media["caption"], f"{kind}.caption", BODY_LIMIT)

    return check_one


def _check_location(body: Item) -> None:
    location = _object(body, "location")
    for name, limit in (("latitude", 90), ("longitude", 180)):
        value = location.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > limit:
            raise GraphError(131009, f"location.{name} must be a number of degrees.")


def _check_contacts(body: Item) -> None:
    for card in _items(body.get("contacts"), "contacts", 257):
        _text(_object(card, "name").get("formatted_name"), "contacts.name.formatted_name", 1000)


def _check_reaction(body: Item) -> None:
    reaction = _object(body, "reaction")
    _text(reaction.get("message_id"), "reaction.message_id", 1000)
    if not isinstance(reaction.get("emoji"), str):
        raise GraphError(131008, "reaction.emoji is required.")


def _check_template(body: Item) -> None:
    template = _object(body, "template")
    name = template.get("name")
    if not isinstance(name, str) or not TEMPLATE_NAME.fullmatch(name):
        raise GraphError(131009, "template.name must be made of a-z, 0-9 and _.")
    _text(_object(template, "language").get("code"), "template.language.code", 20)
    if not isinstance(template.get("components", []), list):
        raise GraphError(131009, "template.components must be a list.")
    for component in template.get("components", []):
        if not isinstance(component, dict) or component.get("type") not in ("header", "body", "button"):
            raise GraphError(131009, "component.type must be one of {header, body, button}.")
        for parameter in component.get("parameters", []):
            if not isinstance(parameter, dict) or not isinstance(parameter.get("type"), str):
                raise GraphError(131009, "A parameter must be an object with a type.")
    for value in _values(template):
        _text(value, "parameter.text", BODY_LIMIT)
        if _UNFIT.search(value):
            raise GraphError(
                132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces."
            )


def _values(template: Item) -> list[Any]:
    """What stands in the places of a template's text."""
    return [
        parameter.get("text")
        for component in template.get("components", [])
        for parameter in component.get("parameters", [])
        if parameter.get("type") == "text"
    ]


INTERACTIVE_CHECKS: dict[str, Callable[[Item], None]] = {
    "button": _check_buttons,
    "list": _check_list,
    "cta_url": _check_link,
    "location_request_message": _check_location_request,
}
CHECKS: dict[str, Callable[[Item], None]] = {
    "text": _check_text,
    "interactive": _check_interactive,
    "location": _check_location,
    "contacts": _check_contacts,
    "reaction": _check_reaction,
    "template": _check_template,
    **{kind: _check_media(kind) for kind in MEDIA},
}


def _object(parent: Item, name: str) -> Item:
    value = parent.get(name)
    if value is None:
        raise GraphError(131008, f"The parameter {name} is required.")
    if not isinstance(value, dict):
        raise GraphError(100, f"Param {name} must be a JSON object.")
    return value


def _items(value: Any, name: str, limit: int) -> list[Item]:
    if value is None:
        raise GraphError(131008, f"The parameter {name} is required.")
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise GraphError(100, f"Param {name} must be a list of JSON objects.")
    if not 1 <= len(value) <= limit:
        raise GraphError(131009, f"Invalid {name} count. Min allowed: 1, Max allowed: {limit}.")
    return value


def _text(value: Any, name: str, limit: int, code: int = 131009) -> None:
    if value is None:
        raise GraphError(131008 if code == 131009 else code, f"The parameter {name} is required.")
    if not isinstance(value, str):
        raise GraphError(100, f"Param {name} must be a string.")
    if not 1 <= len(value) <= limit or not value.strip():
        raise GraphError(code, f"{name} length invalid. Min length: 1, Max length: {limit}.")


def _unique(values: list[str], name: str) -> None:
    if len(set(values)) != len(values):
        raise GraphError(131009, f"{name} must be unique.")
