"""Rasa's call to the action server: quick, short-tempered, and silent about what was in the request.

Rasa 3.6 builds a JSON-schema validator for every answer (72 % of such a turn's CPU), waits up to five
minutes, and when an action fails writes the whole conversation into its log and goes on as if the
action had run (rasa/core/actions/action.py, RemoteAction). Here a failed action fails its turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from jsonschema.validators import validator_for
from rasa.core.actions import action as rasa_action
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction

from linea.assistant import turns

ACTION_TIMEOUT = 10  # seconds for one action
CONNECTION_ERRORS = (aiohttp.ClientConnectionError, asyncio.TimeoutError)

_schema = RemoteAction.action_response_format_spec()
_validator = validator_for(_schema)(_schema)
_rasas_run = RemoteAction.run


class ActionFailed(Exception):
    """A custom action gave no usable answer; carries the action's name and nothing of the request."""


def install() -> None:
    """Puts the three changes into this process's Rasa; calling it again changes nothing."""
    RemoteAction._validate_action_result = _validate
    RemoteAction.run = _run
    rasa_action.DEFAULT_REQUEST_TIMEOUT = ACTION_TIMEOUT


def _validate(self: RemoteAction, result: dict[str, Any]) -> bool:
    _validator.validate(result)
    return True


async def _run(self: RemoteAction, *args: Any, **kwargs: Any) -> list[Any]:
    run: Callable[..., Awaitable[list[Any]]] = _rasas_run
    try:
        return await run(self, *args, **kwargs)
    except ActionExecutionRejection:
        raise
    except Exception as error:
        turn = turns.current()
        if turn is not None:
            (turn.away if _is_away(error) else turn.failed).append(self.name())
    # Raised outside the handler: the original error, whose text can hold the request, stays behind.
    raise ActionFailed(self.name())


def _is_away(error: BaseException) -> bool:
    # Rasa raises a RasaException while handling aiohttp's error, so that one is its context.
    return isinstance(error, CONNECTION_ERRORS) or isinstance(error.__context__, CONNECTION_ERRORS)
