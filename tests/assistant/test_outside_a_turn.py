"""Where no worker asks: `rasa shell` keeps its conversation, and a Rasa without a model says so."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from sanic import Sanic

from linea.assistant import turns
from linea.assistant.channel import LineInput
from linea.assistant.tracker_store import PassThroughTrackerStore
from tests.journeys.harness import free_ports


def test_rasa_shell_remembers_its_own_conversation_in_memory() -> None:
    async def talk() -> list[str]:
        store = PassThroughTrackerStore(Domain.empty())
        tracker = await store.get_or_create_tracker("shell")
        tracker.update(UserUttered("hola"))
        await store.save(tracker)
        again = await store.retrieve("shell")
        assert again is not None
        return [event.text for event in again.events if isinstance(event, UserUttered)]

    assert asyncio.run(talk()) == ["hola"]


def test_inside_a_turn_the_store_holds_nothing_of_its_own() -> None:
    async def talk() -> None:
        store = PassThroughTrackerStore(Domain.empty())
        with turns.entered(turns.Turn(events=[])) as turn:
            tracker = await store.get_or_create_tracker("c")
            tracker.update(UserUttered("hola"))
            await store.save(tracker)
            assert turn.new_events is not None
            assert [event["event"] for event in turn.new_events] == ["action", "user"]
            assert await store.retrieve("c") is None
        assert turns.current() is None
        assert list(await store.keys()) == []

    asyncio.run(talk())


@pytest.mark.usefixtures("logging_as_it_was")
def test_without_a_model_a_turn_is_put_off_and_health_says_so() -> None:
    async def unused(message: object) -> None:
        raise AssertionError("a turn without a model reached Rasa")

    app = Sanic("without_a_model", configure_logging=False)
    app.blueprint(LineInput().blueprint(unused), url_prefix="/webhooks/linea")

    async def ask() -> tuple[httpx.Response, httpx.Response]:
        (port,) = free_ports(1)
        server = await app.create_server("127.0.0.1", port, return_asyncio_server=True, access_log=False)
        await server.startup()
        try:
            url = f"http://127.0.0.1:{port}/webhooks/linea"
            async with httpx.AsyncClient(trust_env=False) as client:
                turn = await client.post(f"{url}/turn", json={"turn": "1", "text": "hola"})
                return turn, await client.get(f"{url}/health")
        finally:
            server.close()
            await server.wait_closed()

    turn, health = asyncio.run(ask())
    assert (turn.status_code, turn.json()) == (503, {"error": "no_model"})
    assert health.json() == {"ready": False, "model": ""}
