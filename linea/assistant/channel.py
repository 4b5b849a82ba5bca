"""The one door into Rasa: a turn comes in over loopback with everything it needs, and leaves as one answer.

Meta's webhook is not here: a message must be on disk before it is acknowledged, which Rasa's channels
cannot promise. The worker reads it from the disk and asks for a turn through `linea/rasa_client.py`.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME, DEFAULT_INTENTS
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SessionStarted, SlotSet, UserUttered
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from linea.assistant import private_logs, remote_actions, turns
from linea.assistant.normal import without_command_mark
from linea.assistant.reading import DOUBT, FALLBACK

CHANNELS = ("whatsapp", "sms")
SUGGEST = "utter_suggest"
# No business of a button: Rasa's own intents restart, rewind or reset; a doubt is nothing that anybody says.
_RESERVED = (frozenset(DEFAULT_INTENTS) - {FALLBACK}) | {DOUBT}

_NOT_SAID = ("utter_action", "timestamp", "model_id", "assistant_id")


class BadRequest(Exception):
    """The request cannot be a turn; the message names the field and never its content."""


class LineOutput(CollectingOutputChannel):
    """Collects what the assistant says; its name chooses between an answer's WhatsApp and SMS text."""

    def __init__(self, channel: str) -> None:
        super().__init__()
        self._channel = channel

    def name(self) -> str:
        """`whatsapp` or `sms`, per request (rasa/core/actions/action.py asks the output channel)."""
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keeps the message whole, buttons and custom parts included."""
        self.messages.append({key: value for key, value in message.items() if value})


class LineInput(InputChannel):
    """`POST /webhooks/linea/turn` and `GET /webhooks/linea/health`."""

    @classmethod
    def name(cls) -> str:
        """The part of the address after `/webhooks/`."""
        return "linea"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The two routes; `on_new_message` is not used, because a turn needs its answer."""
        private_logs.install()
        remote_actions.install()
        routes = Blueprint("linea")

        @routes.get("/health")
        async def health(request: Request) -> HTTPResponse:
            return response.json({"ready": _is_ready(request), "model": _model(request)})

        @routes.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            private_logs.arm()
            if not _is_ready(request):
                return _refused(503, "no_model")
            agent = request.app.ctx.agent
            try:
                asked = _read(request.body)
                incoming = _turn(asked, agent.domain)
                message = _message(asked, agent.domain)
            except BadRequest as problem:
                return _refused(400, str(problem))
            with turns.entered(incoming):
                await agent.handle_message(message)
            return _answer(incoming, message.output_channel.messages, _model(request))

        return routes


def _answer(turn: turns.Turn, messages: list[dict[str, Any]], model: str) -> HTTPResponse:
    effects = [message["custom"] for message in messages if "effect" in message.get("custom", {})]
    failed = [
        *turn.failed,
        *(effect.get("action", "?") for effect in effects if effect["effect"] == "failed"),
    ]
    if turn.away:
        return _refused(503, f"action_away:{turn.away[0]}")
    if failed:
        return _refused(500, f"action_failed:{failed[0]}")
    if turn.new_events is None or not _came_to_rest(turn.new_events):
        return _refused(500, "turn_did_not_end")
    said = [_said(message) for message in messages if "effect" not in message.get("custom", {})]
    understood = _understood(turn.new_events)
    if any(message["utter"] == SUGGEST for message in said):  # a yes to several shows them once more
        understood["suggestions"] = understood["suggestions"] or _suggested_before(turn)
    return response.json(
        {
            "messages": said,
            "events": turn.new_events,
            "effects": effects,
            "model": model,
            "nlu": understood,
        },
        dumps=json.dumps,
    )


def _said(message: dict[str, Any]) -> dict[str, Any]:
    said = {key: value for key, value in message.items() if key not in _NOT_SAID}
    return {"utter": message.get("utter_action"), "text": message.get("text", ""), **said}


def _came_to_rest(events: list[dict[str, Any]]) -> bool:
    # After ten actions in a row Rasa stops with a warning only; the next turn would start in the middle.
    actions = [event for event in events if event["event"] == ActionExecuted.type_name]
    return bool(actions) and actions[-1]["name"] == "action_listen"


def _understood(events: list[dict[str, Any]]) -> dict[str, Any]:
    heard = [event for event in events if event["event"] == UserUttered.type_name]
    parsed = heard[-1].get("parse_data", {}) if heard else {}
    intent = parsed.get("intent", {})
    entry = None
    if intent.get("name") == "faq":
        entry = parsed["response_selector"]["faq"]["response"]["intent_response_key"].split("/", 1)[1]
    return {
        "intent": intent.get("name"),
        "confidence": intent.get("confidence", 0.0),
        "entry": entry,
        "suggestions": parsed.get("suggestions", []),
        "also": parsed.get("also", []),
    }


def _suggested_before(turn: turns.Turn) -> list[str]:
    heard = (event.parse_data for event in reversed(turn.events) if isinstance(event, UserUttered))
    offers: list[list[str]] = [parsed["suggestions"] for parsed in heard if parsed.get("suggestions")]
    return offers[0] if offers else []


def _read(body: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("not_json") from None
    if not isinstance(asked, dict):
        raise BadRequest("not_an_object")
    for name in ("turn", "conversation"):
        if not isinstance(asked.get(name), str) or not asked[name]:
            raise BadRequest(f"{name}_missing")
    if asked.get("channel") not in CHANNELS:
        raise BadRequest("channel_unknown")
    text, parsed = asked.get("text"), asked.get("parse_data")
    if text is not None and not isinstance(text, str):
        raise BadRequest("text_not_a_string")
    asked["context"] = asked.get("context") or {}
    if not isinstance(asked["context"], dict):
        raise BadRequest("context_not_an_object")
    if parsed is not None and not _is_parse_data(parsed):
        raise BadRequest("parse_data_unusable")
    if parsed is None and not (text or "").strip():
        raise BadRequest("text_missing")
    return asked


def _is_parse_data(parsed: Any) -> bool:
    if not isinstance(parsed, dict) or not isinstance(parsed.get("entities"), list):
        return False
    intent = parsed.get("intent")
    if not isinstance(intent, dict) or not isinstance(intent.get("name"), str):
        return False
    return intent["name"] != "faq" or _chosen(parsed) is not None


def _chosen(parsed: dict[str, Any]) -> str | None:
    try:
        name = parsed["response_selector"]["faq"]["response"]["utter_action"]
    except (KeyError, TypeError):
        return None
    return name if isinstance(name, str) else None


def _events(asked: dict[str, Any]) -> list[Event]:
    given = asked.get("events") or []
    try:
        events = [Event.from_parameters(event) for event in given]
    except Exception as error:
        raise BadRequest("events_unreadable") from error
    if any(event is None for event in events):
        raise BadRequest("events_unreadable")
    return events


def _turn(asked: dict[str, Any], domain: Domain) -> turns.Turn:
    """What Rasa is given: the conversation so far, or how one begins, and what is known at this moment."""
    brought = _events(asked)
    opening = [] if brought else _opening()
    return turns.Turn([*brought, *opening, *_known(asked, domain)], opening)


def _opening() -> list[Event]:
    """As rasa/core/processor.py begins a conversation that has no events."""
    return [
        ActionExecuted(ACTION_SESSION_START_NAME),
        SessionStarted(),
        ActionExecuted(ACTION_LISTEN_NAME),
    ]


def _known(asked: dict[str, Any], domain: Domain) -> list[Event]:
    """The slot `context`, for actions, and each of its values that has a slot of its own, for rules.

    They stand among what was brought, so they are not kept: the context comes anew with every turn.
    """
    known = {**asked["context"], "channel": asked["channel"]}
    names = {slot.name for slot in domain.slots} - {"context"}
    own = [SlotSet(name, value) for name, value in known.items() if name in names]
    return [SlotSet("context", known), *own]


def _message(asked: dict[str, Any], domain: Domain) -> UserMessage:
    parsed = asked.get("parse_data")
    text = without_command_mark(asked.get("text") or (parsed or {}).get("text") or "")
    if parsed is not None and not _is_offered(parsed, domain):
        # A button of an older model, whose entry or intent is gone: said to be not understood.
        parsed = {**parsed, "intent": {"name": FALLBACK, "confidence": 1.0}, "response_selector": {}}
    return UserMessage(
        text,
        LineOutput(asked["channel"]),
        asked["conversation"],
        parse_data=parsed,
        input_channel=LineInput.name(),
        message_id=asked["turn"],
    )


def _is_offered(parsed: dict[str, Any], domain: Domain) -> bool:
    name = parsed["intent"]["name"]
    if name == "faq":
        return _chosen(parsed) in domain.responses
    return name in domain.intents and name not in _RESERVED


def _is_ready(request: Request) -> bool:
    agent = getattr(request.app.ctx, "agent", None)
    return agent is not None and bool(agent.is_ready())


def _model(request: Request) -> str:
    return str(request.app.ctx.agent.model_id) if _is_ready(request) else ""


def _refused(status: int, reason: str) -> HTTPResponse:
    return response.json({"error": reason}, status=status)
