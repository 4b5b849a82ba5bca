"""Writes a chat down as a conversation that can be played again, and reads one.

    title: Pregunta por la prueba
    channel: whatsapp
    steps:
    - send: {text: hola}
    - expect: {contains: Soy un asistente, options: [Menú, Hablar con una persona]}
    - send: {tap: Menú}

A step is one of `send` (a wish, as in the control API), `expect` (the next thing the line says: a part of its
text, the titles of its options), `echo` and `standby` (a text), `handover` (taken, passed) and `change`
(number, user_id, device).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

from linea.simulator import asking, bodies, wishes
from linea.simulator.asking import BadWish, checked
from linea.simulator.ledger import Row

LONGEST_PART = 80  # letters of what the line said that a recording keeps
MOST_STEPS = 500
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")
CHANGING = re.compile(r"\S*\d\S*|\n")  # numbers, times and codes differ each time
STEPS = {
    "send": dict,
    "expect": dict,
    "echo": str,
    "standby": str,
    "handover": str,
    "change": str,
}
CHANGES = ("number", "user_id", "device")
HANDOVERS = ("taken", "passed")
EVERY_MESSAGE = ("from", "from_user_id", "id", "timestamp", "context")


@dataclass(frozen=True)
class Conversation:
    """A recorded conversation; each step is one of STEPS with its value."""

    title: str
    channel: str
    steps: tuple[tuple[str, Any], ...]


def written(title: str, channel: str, messages: list[Row]) -> str:
    """A chat, oldest bubble first, as YAML."""
    steps = [step for place, message in enumerate(messages) if (step := _step(message, messages[:place]))]
    content = {"title": title, "channel": channel, "steps": steps}
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110)


def read(text: str) -> Conversation:
    """The conversation of a YAML text. Raises BadWish, naming the step that makes no sense."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadWish("the recording is not YAML") from error
    content = checked(found, {"title": str, "channel": str, "steps": list}, ("steps",))
    if len(content["steps"]) > MOST_STEPS:
        raise BadWish(f"a recording has at most {MOST_STEPS} steps")
    steps = []
    for number, step in enumerate(content["steps"], 1):
        try:
            steps.append(_read_step(step))
        except BadWish as error:
            raise BadWish(f"step {number}: {error}") from error
    return Conversation(content.get("title", ""), asking.channel(content.get("channel")), tuple(steps))


def missing(wanted: Row, bubble: Row) -> str | None:
    """What a bubble lacks of what was expected; None if it has everything."""
    if wanted.get("contains", "") not in (bubble["text"] or ""):
        return f"«{wanted['contains']}» is not in «{bubble['text']}»"
    titles = _titles(bubble)
    if "options" in wanted and wanted["options"] != titles:
        return f"the options are {titles}, not {wanted['options']}"
    return None


def _read_step(step: Any) -> tuple[str, Any]:
    given = checked(step, dict(STEPS))
    if len(given) != 1:
        raise BadWish(f"exactly one is needed of: {', '.join(STEPS)}")
    kind, value = next(iter(given.items()))
    if kind == "expect":
        checked(value, {"contains": str, "options": list})
    elif kind == "send":
        wishes.read(checked(value, {**wishes.WISHES, **wishes.BESIDE}))
    elif kind == "change" and value not in CHANGES:
        raise BadWish(f"change must be one of: {', '.join(CHANGES)}")
    elif kind == "handover" and value not in HANDOVERS:
        raise BadWish(f"handover must be one of: {', '.join(HANDOVERS)}")
    return kind, value


def _step(message: Row, before: list[Row]) -> Row | None:
    sender, kind = message["sender"], message["type"]
    if sender == "line":
        if kind == "reaction":
            return None
        titles = _titles(message)
        return {
            "expect": {"contains": _part(message["text"] or ""), **({"options": titles} if titles else {})}
        }
    if sender == "team":
        return {"echo": message["text"]}
    if sender == "system":
        return {"handover": message["text"]} if kind == "handover" else {"change": kind}
    if sender == "person" and message["channel"] == "sms":
        return {"send": _sms_wish(message)}
    if sender == "person":
        if message["content"].get("standby"):
            return {"standby": message["text"]}
        return {"send": _wish(message, before)}
    return None  # Twilio's own answers come by themselves


def _wish(message: Row, before: list[Row]) -> Row:
    """What somebody sent over WhatsApp, as it can be wished for again."""
    content, kind = message["content"], message["type"]
    part = content.get(kind) if isinstance(content.get(kind), dict) else {}
    context = content.get("context") if isinstance(content.get("context"), dict) else {}
    beside: Row = {"forwarded": True} if context.get("forwarded") else {}
    if content.get("referral"):
        beside["referral"] = content["referral"]
    if kind == "interactive":
        reply = part.get(part.get("type")) if isinstance(part.get("type"), str) else None
        if isinstance(reply, dict) and reply.get("title"):
            return {"tap": reply["title"]}
    if kind == "text" and isinstance(part.get("body"), str):
        reply_to = _place(context.get("id"), before)
        return {"text": part["body"], **({"reply_to": reply_to} if reply_to else {}), **beside}
    if message["media_id"]:
        names = ("caption", "filename") if kind == "document" else ("caption",)
        name = "voice" if part.get("voice") else kind
        return {name: {key: part[key] for key in names if key in part}, **beside}
    if kind == "location":
        return {"location": part, **beside}
    if kind in wishes.MARKS:
        target = _place(message["reply_to"], before)
        if target:
            more = {"reaction": {"emoji": message["text"]}, "edit": {"text": message["text"]}, "revoke": {}}
            return {kind: {"target": target, **more[kind]}}
    if kind == "unsupported" and part.get("type"):
        return {"unsupported": part["type"]}
    return {"raw": {name: value for name, value in content.items() if name not in EVERY_MESSAGE}}


def _sms_wish(message: Row) -> Row:
    if message["media_id"]:
        caption = {"caption": message["text"]} if message["text"] else {}
        return {message["type"]: caption}
    if "Body" in message["content"]:
        return {"text": message["content"]["Body"]}
    return {"raw": {"Body": None}}


def _place(wamid: Any, before: list[Row]) -> str | None:
    """The place of a message among those of its side, from the newest, as `Wishes.target` reads it."""
    for sender, name in (("person", "own"), ("line", "line")):
        side = [row["wamid"] for row in reversed(before) if row["sender"] == sender and _stands(row)]
        if wamid in side:
            return f"{name}:{side.index(wamid) + 1}"
    return None


def _stands(row: Row) -> bool:
    return row["type"] not in wishes.MARKS


def _titles(bubble: Row) -> list[str]:
    return [option["title"] for option in bodies.options(bubble["content"])]


def _part(text: str) -> str:
    """The longest part of a text that says the same each time."""
    parts = [part.strip() for part in CHANGING.split(text)]
    longest = max(parts, key=len)
    if len(longest) <= LONGEST_PART:
        return longest
    return longest[:LONGEST_PART].rsplit(" ", 1)[0]
