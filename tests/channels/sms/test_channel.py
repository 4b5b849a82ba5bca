"""SMS as the worker uses it: what goes out carries our own id, and its report finds the way back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from linea import settings
from linea.channels.download import Fetched
from linea.channels.sms import inbound
from linea.channels.sms.channel import Sms
from linea.messages import Body, Media, Option, Sender, SendResult
from tests.channels.server import TLS, Asked, Behaviour, answers, vendor

OUTBOX_ID = "0123456789abcdef" * 2


def use(behave: Behaviour, body: Body, sender: Sender, tmp_path: Path) -> tuple[SendResult, list[Asked]]:
    async def run() -> tuple[SendResult, list[Asked]]:
        async with vendor(behave, path="/twilio") as here, httpx.AsyncClient(verify=TLS) as client:
            found = settings.load(
                {
                    "LINEA_DATA_DIR": str(tmp_path),
                    "LINEA_TWILIO_URL": here.url,
                    "LINEA_PUBLIC_URL": "https://linea.example.org/",
                }
            )
            return await Sms(found, client).send(body, sender, OUTBOX_ID, 1), here.requests

    return asyncio.run(run())


def test_a_menu_goes_out_as_numbered_lines_and_its_report_names_our_own_message(tmp_path: Path) -> None:
    body = Body("Elige:", (Option("x", "Pruebas"), Option("y", "Una persona")))
    result, (asked,) = use(answers(201, {"sid": "SM1"}), body, Sender("+51900000001"), tmp_path)
    assert result == SendResult("accepted", "SM1")
    form = parse_qs(asked.body.decode())
    assert form["Body"] == ["Elige:\n\n1. Pruebas\n2. Una persona"]
    assert form["From"] == [settings.DEVELOPMENT_SMS_NUMBER]
    report = urlsplit(form["StatusCallback"][0])
    assert (
        f"{report.scheme}://{report.netloc}{report.path}"
        == "https://linea.example.org/webhooks/twilio/status"
    )
    (status,) = inbound.parse_status(b"MessageSid=SM1&MessageStatus=delivered", report.query).statuses
    assert (status.outbox_id, status.external_id, status.status) == (OUTBOX_ID, "SM1", "delivered")


@pytest.mark.parametrize(
    ("body", "sender"), [(Body("hola"), Sender(None, "PE.1")), (Body("a" * 1601), Sender("+51900000001"))]
)
def test_what_cannot_be_sent_fails_and_nothing_goes_out(body: Body, sender: Sender, tmp_path: Path) -> None:
    result, asked = use(answers(201, {"sid": "SM1"}), body, sender, tmp_path)
    assert (result, asked) == (SendResult("failed", detail="unsendable"), [])


def test_a_long_text_is_parted_into_messages_that_can_each_be_sent(tmp_path: Path) -> None:
    line = Sms(settings.load({"LINEA_DATA_DIR": str(tmp_path)}), httpx.AsyncClient(verify=TLS))
    parts = line.split(Body("Una frase. " * 300))
    assert len(parts) == 3
    assert max(len(part.text) for part in parts) <= min(line.limits)


def test_a_file_comes_by_the_same_door(tmp_path: Path) -> None:
    png = b"\x89PNG\r\n\x1a\n" + b"\x00" * 8

    async def run() -> Fetched:
        async with vendor(answers(200, png), path="/twilio") as here, httpx.AsyncClient(verify=TLS) as client:
            found = settings.load({"LINEA_DATA_DIR": str(tmp_path), "LINEA_TWILIO_URL": here.url})
            return await Sms(found, client).fetch(Media(f"{here.url}/ME1", "image", "image/png"), 1000)

    assert asyncio.run(run()) == Fetched(png, "image/png")
