"""Only what Meta or Twilio signed gets in, and 200 is said once it is on the disk, never otherwise."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import logging
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from linea import clock, logs, reception, settings, web, webhooks
from linea import keys as keys_module
from linea.settings import Settings
from linea.store import Store
from linea.store.models import Heartbeat
from tests.helpline import Helpline

URL = "/webhooks/whatsapp"
NOWHERE = "http://127.0.0.1:9"  # nobody listens on the discard port


def message(number: int = 1, text: str = "hola") -> dict[str, Any]:
    """A message as Meta writes it, sent now."""
    return {
        "from": "51900000001",
        "id": f"wamid.{number}",
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": text},
    }


def body(*messages: Any) -> bytes:
    """A webhook body of Meta's."""
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": settings.DEVELOPMENT_PHONE_NUMBER_ID},
        "contacts": [{"wa_id": "51900000001"}],
        "messages": list(messages or [message()]),
    }
    change = {"field": "messages", "value": value}
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"changes": [change]}]}).encode()


def sign(raw: bytes, secret: str = "nuevo") -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()}


@pytest.fixture
def here(database: Path) -> Settings:
    """A line in the test's own folder, in the middle of changing its app secret, with nothing beside it."""
    return settings.load(
        {
            "LINEA_DATA_DIR": str(database.parent),
            "LINEA_WHATSAPP_APP_SECRET": "nuevo,viejo",
            "LINEA_WHATSAPP_VERIFY_TOKEN": "palabra",
            "LINEA_RASA_URL": NOWHERE,
            "LINEA_ACTIONS_URL": f"{NOWHERE}/webhook",
        }
    )


@pytest.fixture
def client(here: Settings) -> Iterator[TestClient]:
    """The web process."""
    with TestClient(web.create(here)) as client:
        yield client


def rows(database: Path, query: str = "SELECT text FROM inbox ORDER BY number") -> list[Any]:
    """What another process finds."""
    with closing(sqlite3.connect(database)) as other:
        return [row[0] for row in other.execute(query)]


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Another process in the middle of a write."""
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


# -- who gets in --------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", ["nuevo", "viejo"])
def test_what_either_secret_signed_is_in_the_inbox_when_200_is_said(
    client: TestClient, database: Path, secret: str
) -> None:
    answer = client.post(URL, content=body(), headers=sign(body(), secret))
    assert (answer.status_code, rows(database)) == (200, ["hola"])


@pytest.mark.parametrize(
    "headers",
    [
        lambda good: [],
        lambda good: [""],
        lambda good: ["sha256="],
        lambda good: [good[7:]],
        lambda good: [good.replace("sha256", "sha1")],
        lambda good: [good[:-1]],
        lambda good: [good + "0"],
        lambda good: [good[:-1] + ("0" if good[-1] != "0" else "1")],
        lambda good: [sign(body(), "otro")["X-Hub-Signature-256"]],
        lambda good: [sign(body(), "")["X-Hub-Signature-256"]],
        lambda good: [sign(body() + b" ")["X-Hub-Signature-256"]],
        lambda good: [good, good],
    ],
)
def test_everything_else_is_refused_and_leaves_nothing(
    client: TestClient, database: Path, headers: Callable[[str], list[str]]
) -> None:
    raw = body()
    values = headers(sign(raw)["X-Hub-Signature-256"])
    answer = client.post(URL, content=raw, headers=[("X-Hub-Signature-256", value) for value in values])
    assert (answer.status_code, rows(database)) == (401, [])
    assert not (database.parent / "spool").exists()


def test_a_refusal_tells_nobody_what_the_body_or_the_signature_should_have_been(
    here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, output = body(message(text="canario")), io.StringIO()
    monkeypatch.setattr(sys, "stdout", output)
    logs.configure("web")
    (handler,) = logging.getLogger().handlers
    with TestClient(web.create(here)) as client:
        answer = client.post(URL, content=raw, headers=sign(raw, "otro"))
    logging.getLogger().removeHandler(handler)
    structlog.reset_defaults()
    said = output.getvalue() + answer.text + str(answer.headers)
    assert "webhook_signature_refused" in said
    for secret in ("canario", "51900000001", sign(raw)["X-Hub-Signature-256"][7:], "nuevo"):
        assert secret not in said


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(client: TestClient, method: str) -> None:
    assert client.request(method, URL).status_code == 405


@pytest.mark.parametrize(
    ("params", "status", "text"),
    [
        (
            {"hub.mode": "subscribe", "hub.verify_token": "palabra", "hub.challenge": "1158201444"},
            200,
            "1158201444",
        ),
        ({"hub.mode": "subscribe", "hub.verify_token": "otra", "hub.challenge": "1158201444"}, 403, "no"),
        ({"hub.mode": "unsubscribe", "hub.verify_token": "palabra", "hub.challenge": "1"}, 403, "no"),
        ({"hub.mode": "subscribe", "hub.verify_token": "palabra", "hub.challenge": "<script>"}, 403, "no"),
        ({}, 403, "no"),
    ],
)
def test_meta_learns_that_the_address_is_ours_by_the_token_alone(
    client: TestClient, params: dict[str, str], status: int, text: str
) -> None:
    answer = client.get(URL, params=params)
    assert (answer.status_code, answer.text) == (status, text)
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"


# -- how much -----------------------------------------------------------------------------------------


def test_a_body_of_three_megabytes_is_taken(client: TestClient, database: Path) -> None:
    raw = body(message()).ljust(webhooks.LARGEST_BODY)
    assert client.post(URL, content=raw, headers=sign(raw)).status_code == 200
    assert rows(database) == ["hola"]


def test_a_body_that_says_it_is_larger_is_refused_unread(client: TestClient) -> None:
    raw = body().ljust(webhooks.LARGEST_BODY + 1)
    assert client.post(URL, content=raw, headers=sign(raw)).status_code == 413


def test_a_body_that_turns_out_larger_is_refused(client: TestClient, database: Path) -> None:
    raw = body().ljust(webhooks.LARGEST_BODY + 1)
    chunks = (raw[start : start + 65536] for start in range(0, len(raw), 65536))
    answer = client.post(URL, content=chunks, headers=sign(raw))
    assert (answer.status_code, rows(database)) == (413, [])


# -- what is in it ------------------------------------------------------------------------------------


def test_a_bad_item_is_kept_and_its_neighbours_are_taken(client: TestClient, database: Path) -> None:
    raw = body(message(1, "uno"), "basura", message(2, "dos"))
    assert client.post(URL, content=raw, headers=sign(raw)).status_code == 200
    assert rows(database) == ["uno", "dos"]
    assert rows(database, "SELECT reason FROM unread_bodies") == ["bad_item"]


def test_nul_characters_do_not_hide_what_follows_them(client: TestClient, database: Path) -> None:
    raw = body(message(text="ho\x00la"))
    assert b"\\u0000" in raw
    assert client.post(URL, content=raw, headers=sign(raw)).status_code == 200
    assert rows(database) == ["hola"]


@pytest.mark.parametrize(
    "raw", [b"", b"null", b"[]", b"{", b"\xff\xfe", b'{"object": "page"}', b"[" * 10_000, b"\x00" * 100]
)
def test_whatever_was_signed_is_kept(client: TestClient, database: Path, raw: bytes) -> None:
    assert client.post(URL, content=raw, headers=sign(raw)).status_code == 200
    assert len(rows(database, "SELECT id FROM unread_bodies")) == 1


def test_fifty_deliveries_at_once_are_one_message(client: TestClient, database: Path) -> None:
    raw = body()
    answers: list[int] = []
    threads = [
        threading.Thread(
            target=lambda: answers.append(client.post(URL, content=raw, headers=sign(raw)).status_code)
        )
        for _ in range(50)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (answers, rows(database)) == ([200] * 50, ["hola"])


# -- when the database cannot take it -----------------------------------------------------------------


def test_while_the_database_is_locked_the_body_is_on_the_disk_when_200_is_said(
    client: TestClient, database: Path, here: Settings
) -> None:
    raw = body()
    with locked(database):
        assert client.post(URL, content=raw, headers=sign(raw)).status_code == 200
        (spooled,) = (database.parent / "spool").glob("*.body")
    store, keys = Store(here.database_url), keys_module.load(here)
    delivery = reception.Delivery.from_bytes(keys.unseal(spooled.read_bytes(), reception.SPOOL))
    assert delivery == reception.Delivery(reception.Source.WHATSAPP, raw)
    assert rows(database) == []
    assert [store.write(lambda s: reception.accept(here, keys, delivery, s)) for _ in range(2)] == [1, 0]
    store.close()
    assert rows(database) == ["hola"]


def test_when_the_spool_fails_too_meta_is_told_to_come_again(client: TestClient, database: Path) -> None:
    (database.parent / "spool").touch()
    raw = body()
    with locked(database):
        assert client.post(URL, content=raw, headers=sign(raw)).status_code == 503
    assert client.post(URL, content=raw, headers=sign(raw)).status_code == 200
    assert rows(database) == ["hola"]


def test_a_database_without_tables_loses_nothing(client: TestClient, database: Path) -> None:
    with closing(sqlite3.connect(database)) as other:
        other.execute("DROP TABLE seen_messages")
    raw = body()
    assert client.post(URL, content=raw, headers=sign(raw)).status_code == 200
    assert len(list((database.parent / "spool").glob("*.body"))) == 1


# -- over a real connection ---------------------------------------------------------------------------


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    """The application behind a real server on a free port."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, ws="none", log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield "http://{}:{}".format(*listening.getsockname())
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()


def test_who_hangs_up_half_way_leaves_nothing_and_stops_nothing(
    here: Settings, database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with served(web.create(here)) as address:
        host, port = address.removeprefix("http://").split(":")
        raw = body()
        head = f"POST {URL} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(raw)}\r\n"
        head += f"X-Hub-Signature-256: {sign(raw)['X-Hub-Signature-256']}\r\n\r\n"
        with socket.create_connection((host, int(port))) as caller:
            caller.sendall(head.encode() + raw[:50])
        answer = httpx.post(address + URL, content=raw, headers=sign(raw), trust_env=False, timeout=20)
    assert (answer.status_code, rows(database)) == (200, ["hola"])
    assert [record.name for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_a_slow_large_body_is_refused_over_a_real_connection(here: Settings) -> None:
    raw = body().ljust(webhooks.LARGEST_BODY + 1)
    with served(web.create(here)) as address, httpx.Client(trust_env=False, timeout=20) as caller:
        try:
            status = caller.post(
                address + URL,
                content=(raw[n : n + 65536] for n in range(0, len(raw), 65536)),
                headers=sign(raw),
            ).status_code
        except httpx.WriteError:  # it may hang up before all is written
            status = 413
        assert status == 413
        assert caller.get(address + "/healthz").json() == {"alive": True}


# -- how it is ----------------------------------------------------------------------------------------


def test_a_process_that_answers_is_alive(client: TestClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"alive": True})


def test_it_is_not_ready_while_parts_are_missing_and_says_which(client: TestClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "database": True,
        "worker": False,
        "rasa": False,
        "actions": False,
        "model": None,
        "oldest_waiting_seconds": None,
        "sending": "ok",
    }


def test_without_its_tables_the_database_is_missing(client: TestClient, database: Path) -> None:
    with closing(sqlite3.connect(database)) as other:
        other.execute("DROP TABLE heartbeats")
    report = client.get("/readyz").json()
    assert (report["database"], report["worker"], report["sending"]) == (False, False, None)


def beat(helpline: Helpline, age: float = 0.0, **detail: Any) -> None:
    at = clock.now() - timedelta(seconds=age)
    helpline.write(lambda s: s.add(Heartbeat(process="worker", beat_at=at, detail=detail)))


@pytest.mark.parametrize(("age", "alive"), [(0.0, True), (60.0, False)])
def test_a_worker_is_there_while_its_heart_beats(
    client: TestClient, helpline: Helpline, age: float, alive: bool
) -> None:
    beat(helpline, age)
    assert client.get("/readyz").json()["worker"] is alive


def test_it_says_when_the_account_refuses_us(client: TestClient, helpline: Helpline) -> None:
    beat(helpline, halted=["whatsapp"])
    assert client.get("/readyz").json()["sending"] == "halted"


def test_it_says_for_how_long_the_oldest_message_has_waited(client: TestClient, helpline: Helpline) -> None:
    helpline.now = clock.now() - timedelta(minutes=5)
    helpline.arrives("hola")
    assert 300 <= client.get("/readyz").json()["oldest_waiting_seconds"] < 360


@pytest.mark.parametrize(
    ("rasa", "actions", "ready"),
    [
        ({"ready": True, "model": "m1"}, {"status": "ok"}, True),
        ({"ready": False, "model": ""}, {"status": "ok"}, False),
        ("basura", {"status": "ok"}, False),
        ({"ready": True, "model": "m1"}, None, False),
    ],
)
def test_it_is_ready_when_every_part_is(
    here: Settings, helpline: Helpline, rasa: Any, actions: Any, ready: bool
) -> None:
    beat(helpline)
    routes = [
        Route("/webhooks/linea/health", lambda request: JSONResponse(rasa)),
        Route("/health", lambda request: JSONResponse(actions, 200 if actions else 500)),
    ]
    with served(Starlette(routes=routes)) as address:
        found = settings.load(
            {
                "LINEA_DATA_DIR": str(here.data_dir),
                "LINEA_RASA_URL": address,
                "LINEA_ACTIONS_URL": f"{address}/webhook",
            }
        )
        with TestClient(web.create(found)) as client:
            answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == ((200, True) if ready else (503, False))
    assert answer.json()["model"] == (rasa["model"] if isinstance(rasa, dict) else None)
