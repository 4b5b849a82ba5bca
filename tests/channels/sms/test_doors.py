"""Twilio's two doors: only what Twilio signed for this address gets in, and 200 is said once it is kept."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from linea import clock, keys, reception, web, webhooks
from linea.channels.sms.signature import pairs
from linea.reception import Delivery, Source
from linea.settings import DEVELOPMENT_ACCOUNT_SID, DEVELOPMENT_SMS_NUMBER, Settings
from linea.store import Store
from linea.store.models import Conversation, OutboxRow
from tests.channels.doors import SMS, SMS_STATUS
from tests.channels.web import PUBLIC_URL, SECRET, address, line_in, rows, signed, twilio_signature
from tests.helpline import Helpline

MESSAGE = SMS.raw("text")
TEXT = dict(pairs(MESSAGE))["Body"]
INBOX = "SELECT text FROM inbox"


@pytest.fixture
def here(database: Path) -> Settings:
    return line_in(database.parent)


@pytest.fixture
def client(here: Settings) -> Iterator[TestClient]:
    with TestClient(web.create(here)) as client:
        yield client


def post(
    client: TestClient, raw: bytes = MESSAGE, source: Source = Source.TWILIO_MESSAGE, query: str = ""
) -> int:
    answer = client.post(address(source, query), content=raw, headers=signed(source, raw, query))
    return answer.status_code


def test_a_signed_message_is_in_the_inbox_and_nothing_is_answered_in_its_place(
    client: TestClient, database: Path
) -> None:
    to, headers = address(Source.TWILIO_MESSAGE), signed(Source.TWILIO_MESSAGE, MESSAGE)
    answer = client.post(to, content=MESSAGE, headers=headers)
    assert (answer.status_code, answer.text) == (200, webhooks.NO_REPLY)
    assert answer.headers["content-type"].startswith("text/xml")
    assert rows(database.parent, INBOX) == [(TEXT,)]
    assert post(client) == 200
    assert rows(database.parent, INBOX) == [(TEXT,)]


GOOD = signed(Source.TWILIO_MESSAGE, MESSAGE)["X-Twilio-Signature"]
URL = PUBLIC_URL + address(Source.TWILIO_MESSAGE)


@pytest.mark.parametrize(
    "values",
    [
        [],
        [""],
        ["x"],
        [GOOD, GOOD],
        [GOOD[:-2] + "A="],
        [twilio_signature(URL, MESSAGE, "otro")],
        [twilio_signature(URL, MESSAGE, "")],
        [twilio_signature(URL, MESSAGE + b"&Body=otro")],
        [twilio_signature(URL.replace("https", "http"), MESSAGE)],
        [twilio_signature(URL.replace("messages", "status"), MESSAGE)],
        [twilio_signature(URL + "?o=1", MESSAGE)],
    ],
)
def test_everything_else_is_refused_and_leaves_nothing(
    client: TestClient, database: Path, values: list[str]
) -> None:
    headers = [("X-Twilio-Signature", value) for value in values]
    answer = client.post(address(Source.TWILIO_MESSAGE), content=MESSAGE, headers=headers)
    assert (answer.status_code, rows(database.parent, INBOX)) == (401, [])
    assert not (database.parent / "spool").exists()


def test_a_form_signed_without_its_blank_parameters_is_not_twilios(client: TestClient) -> None:
    told = urlencode([(name, value) for name, value in pairs(MESSAGE) if value]).encode()
    headers = {"X-Twilio-Signature": twilio_signature(URL, told)}
    assert client.post(address(Source.TWILIO_MESSAGE), content=MESSAGE, headers=headers).status_code == 401


@pytest.mark.parametrize("source", [Source.TWILIO_MESSAGE, Source.TWILIO_STATUS])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_other_methods_are_refused(client: TestClient, source: Source, method: str) -> None:
    assert client.request(method, address(source)).status_code == 405


@pytest.mark.parametrize("source", [Source.TWILIO_MESSAGE, Source.TWILIO_STATUS])
def test_a_line_without_an_sms_number_has_no_such_door(database: Path, source: Source) -> None:
    without = replace(line_in(database.parent), twilio_account_sid="")  # what production without SMS has
    with TestClient(web.create(without)) as client:
        assert post(client, source=source) == 404


def test_a_form_larger_than_any_message_is_refused_unread(client: TestClient, database: Path) -> None:
    at_most = MESSAGE + b"&X=" + b"x" * (webhooks.LARGEST_FORM - len(MESSAGE) - 3)
    assert post(client, at_most + b"x") == 413
    assert rows(database.parent, INBOX) == []
    assert post(client, at_most) == 200
    assert rows(database.parent, INBOX) == [(TEXT,)]


def test_the_longest_text_in_the_longest_letters_fits(client: TestClient, database: Path) -> None:
    assert post(client, urlencode({**dict(pairs(MESSAGE)), "Body": "🙏" * 1600}).encode()) == 200
    assert rows(database.parent, INBOX) == [("🙏" * 1600,)]


@pytest.mark.parametrize("raw", [b"", b"&", b"{}", b"\xff\xfe", b"\x00", b"a" * 60_000])
def test_whatever_was_signed_is_kept(client: TestClient, database: Path, raw: bytes) -> None:
    assert post(client, raw) == 200
    assert len(rows(database.parent, "SELECT id FROM unread_bodies")) == 1


def test_while_the_database_is_locked_either_kind_is_on_the_disk_with_its_door_and_query(
    client: TestClient, here: Settings, database: Path
) -> None:
    status = SMS_STATUS.raw("delivered")
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert post(client) == 200
        assert post(client, status, Source.TWILIO_STATUS, SMS_STATUS.query) == 200
        other.execute("ROLLBACK")
    secret = keys.load(here)
    spooled = sorted((database.parent / "spool").glob("*.body"))
    read = [Delivery.from_bytes(secret.unseal(path.read_bytes(), reception.SPOOL)) for path in spooled]
    assert read == [
        Delivery(Source.TWILIO_MESSAGE, MESSAGE),
        Delivery(Source.TWILIO_STATUS, status, SMS_STATUS.query),
    ]
    store = Store(here.database_url)
    for delivery in read * 2:
        store.write(lambda session, delivery=delivery: reception.accept(here, secret, delivery, session))
    store.close()
    assert rows(database.parent, INBOX) == [(TEXT,)]


# -- what becomes of our own message ------------------------------------------------------------------


@pytest.fixture
def sent(helpline: Helpline) -> str:
    """A message to somebody that Twilio has accepted; our own id of it."""
    helpline.now = clock.now()
    helpline.arrives(helpline.message("hola", channel="sms"))
    sent = helpline.adds("respuesta")
    (sending,) = helpline.claims()
    helpline.records(sending, "accepted", external_id="SM1")
    return sent


def reported(status: str, sid: str = "SM1", code: int | None = None) -> bytes:
    form = {"MessageSid": sid, "MessageStatus": status, "AccountSid": DEVELOPMENT_ACCOUNT_SID}
    form |= {"From": DEVELOPMENT_SMS_NUMBER, "To": "+51900000001", "ErrorCode": str(code or "")}
    return urlencode(form).encode()


@pytest.mark.parametrize("order", list(itertools.permutations(["queued", "sent", "delivered"])), ids=",".join)
def test_reports_come_in_any_order_and_the_best_counts(
    client: TestClient, helpline: Helpline, sent: str, order: tuple[str, ...]
) -> None:
    for status in order:
        assert post(client, reported(status), Source.TWILIO_STATUS, f"o={sent}") == 200
    assert helpline.state(sent) == "delivered"


@pytest.mark.parametrize(
    ("reports", "state", "handoffs"),
    [
        (["undelivered"], "failed", ["undelivered"]),
        (["sent", "undelivered"], "failed", ["undelivered"]),
        (["undelivered", "sent"], "failed", ["undelivered"]),
        (["undelivered", "delivered"], "delivered", ["undelivered"]),
        (["delivered", "undelivered"], "delivered", []),
        (["canceled"], "failed", ["undelivered"]),
        (["teleported"], "accepted", []),
        (["read", "delivered", "sent"], "read", []),
        (["DELIVERED"], "delivered", []),
        (["delivered"] * 20, "delivered", []),
    ],
    ids=str,
)
def test_a_report_brings_a_message_forward_or_to_a_person(
    client: TestClient, helpline: Helpline, sent: str, reports: list[str], state: str, handoffs: list[str]
) -> None:
    for status in reports:
        failed = 30003 if status == "undelivered" else None
        assert post(client, reported(status, code=failed), Source.TWILIO_STATUS, f"o={sent}") == 200
    assert (helpline.state(sent), helpline.open_handoffs()) == (state, handoffs)


@pytest.mark.parametrize("query", ["", "o=", "o=zzz", "o=" + "f" * 32, "o=%00", "p=1&o=1&o=2", "o=%FF", "%"])
def test_a_report_about_nothing_of_ours_is_taken_and_changes_nothing(
    client: TestClient, helpline: Helpline, sent: str, query: str
) -> None:
    assert post(client, reported("delivered", "SMotro"), Source.TWILIO_STATUS, query) == 200
    assert helpline.state(sent) == "accepted"


def test_a_report_that_comes_before_our_own_answer_finds_its_message(
    client: TestClient, helpline: Helpline
) -> None:
    """Twilio may call before it has answered our request: our id in the address is all there is."""
    helpline.now = clock.now()
    helpline.arrives(helpline.message("hola", channel="sms"))
    ours = helpline.adds("respuesta")
    helpline.claims()
    assert post(client, reported("delivered"), Source.TWILIO_STATUS, f"o={ours}") == 200
    assert helpline.one(OutboxRow).state == "delivered"


def test_to_who_stopped_at_twilio_our_last_word_does_not_call_a_person(
    client: TestClient, helpline: Helpline
) -> None:
    helpline.now = clock.now()
    helpline.arrives(helpline.message("ALTO", channel="sms"))
    last = helpline.adds("Listo", utter="utter_opted_out")
    helpline.claims()
    assert post(client, reported("undelivered", code=21610), Source.TWILIO_STATUS, f"o={last}") == 200
    assert (helpline.state(last), helpline.open_handoffs()) == ("failed", [])
    assert helpline.one(Conversation).mode == "bot"


def test_no_number_word_or_signature_reaches_the_log(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = MESSAGE + b"&Extra=1"
    client.post(address(Source.TWILIO_MESSAGE), content=bad, headers={"X-Twilio-Signature": GOOD})
    post(client, SMS.raw("whatsapp_sender"))
    post(client, SMS.raw("mms_elsewhere"))
    written = capsys.readouterr().out
    assert "webhook_signature_refused" in written
    assert "media_elsewhere" in written
    for secret in (GOOD, SECRET, "51900000001", "Gracias", "evil.example"):
        assert secret not in written
