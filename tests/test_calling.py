"""What really leaves for somebody of the team: a code and a kind, by SMS and by an approved template."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from linea import clock, keys, logs, settings
from linea.calling import Calling
from linea.channels.sms.channel import Sms
from linea.channels.whatsapp.channel import WhatsApp
from linea.content import Content
from linea.store.models import Page
from tests.helpline import RED, ROSA, STAFF_ABUSE, Helpline
from tests.simulator.harness import Simulator, free_socket

ON_CALL = f"""\
on_call:
  people:
  - name: Rosa
    phone: "{ROSA.phone}"
  coordinator:
    name: Carla
    phone: "+51900000102"
  protection:
    name: Pilar
    phone: "+51900000103"
"""


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    """A Graph API and a Twilio whose reports reach nobody."""
    with free_socket() as nobody:
        port = nobody.getsockname()[1]
    running = Simulator(tmp_path / "simulator", port)
    yield running
    running.stop()


@pytest.fixture
def here(database: Path, tmp_path: Path, simulator: Simulator, helpline: Helpline) -> Helpline:
    """A line with somebody on call, on the clock that the worker goes by."""
    (tmp_path / "on_call.yml").write_text(ON_CALL, encoding="utf-8")
    environ = {
        "LINEA_DATA_DIR": str(database.parent),
        "LINEA_PUBLIC_URL": simulator.settings.public_url,
        "LINEA_SIMULATOR_PORT": str(simulator.settings.simulator_port),
        "LINEA_ON_CALL_FILE": str(tmp_path / "on_call.yml"),
    }
    helpline.settings = settings.load(environ)  # type: ignore[attr-defined]
    helpline.content = Content(helpline.settings, logs.get())  # type: ignore[attr-defined]
    helpline.keys = keys.load(helpline.settings)  # type: ignore[attr-defined]
    helpline.duty = helpline.content.duty  # type: ignore[attr-defined]
    helpline.now = clock.now()
    return helpline


def call(here: Any) -> None:
    """The worker decides and sends until nothing is due."""

    async def work() -> None:
        async with httpx.AsyncClient(trust_env=False) as outside:
            channels = {"whatsapp": WhatsApp(here.settings, outside), "sms": Sms(here.settings, outside)}
            calling = Calling(here.store, here.settings, here.keys, here.content, channels)
            here.now = clock.now()
            here.calls()
            while taken := await calling.take(4):
                for paging in taken:
                    await calling.send(paging)
                here.now = clock.now()
                here.calls()

    asyncio.run(work())


def asked(simulator: Simulator) -> dict[str, list[Any]]:
    """What the line asked of each channel."""
    rows = simulator.rows("ledger", kind="message")
    return {way: [row["request"] for row in rows if row["channel"] == way] for way in ("sms", "whatsapp")}


def test_a_call_is_an_sms_and_a_template_with_code_and_kind_and_no_word_of_the_person(
    here: Helpline, simulator: Simulator
) -> None:
    here.danger()
    call(here)
    code, sent = here.code(), asked(simulator)
    (sms,), (whatsapp,) = sent["sms"], sent["whatsapp"]
    assert (sms["To"], sms["Body"]) == (
        ROSA.phone,
        f"Guardia: ROJO, {code}. Si vas, responde VOY y entra a la linea.",
    )
    assert (whatsapp["to"], whatsapp["type"]) == (ROSA.phone, "template")
    assert whatsapp["template"] == {
        "name": "linea_guardia",
        "language": {"code": "es"},
        "components": [
            {
                "type": "body",
                "parameters": [{"type": "text", "text": "ROJO"}, {"type": "text", "text": code}],
            }
        ],
    }
    assert RED not in str(sent)
    assert {row.state for row in here.all(Page)} == {"accepted"}
    assert all(page.id in sms["StatusCallback"] for page in here.all(Page, Page.way == "sms"))


@pytest.mark.parametrize(
    ("faults", "names"),
    [
        (["twilio_21211"], {"Rosa"}),  # the other way
        (["131026"], {"Rosa"}),
        (["twilio_21211", "131026"], {"Rosa", "Carla"}),  # the next at once
        (["twilio_21614", "132001"], {"Rosa", "Carla"}),  # no template of this name
    ],
)
def test_a_way_that_refuses_leaves_the_other_and_two_leave_the_next(
    here: Helpline, simulator: Simulator, faults: list[str], names: set[str]
) -> None:
    for fault in faults:
        simulator.fault(fault, phone=ROSA.phone)
    here.danger()
    call(here)
    assert {name for name, _ in here.called()} == names
    reached = {row.staff for row in here.all(Page) if row.state == "accepted"}
    assert reached == ({"Rosa"} if len(faults) == 1 else {"Carla"})


@pytest.mark.parametrize("fault", ["twilio_401", "twilio_503", "twilio_break_before"])
def test_with_twilio_down_the_template_goes_and_the_sms_is_tried_again(
    here: Helpline, simulator: Simulator, fault: str
) -> None:
    simulator.fault(fault)
    here.danger()
    call(here)
    assert {row.way: row.state for row in here.all(Page)} == {"sms": "queued", "whatsapp": "accepted"}
    assert {name for name, _ in here.called()} == {"Rosa"}


def test_who_says_voy_is_thanked_where_they_said_it(here: Helpline, simulator: Simulator) -> None:
    here.danger()
    call(here)
    here.says("VOY", channel="whatsapp")
    call(here)
    thanks = asked(simulator)["whatsapp"][1]
    assert thanks["to"] == ROSA.phone
    assert here.code() in thanks["text"]["body"]
    assert len(asked(simulator)["sms"]) == 1


def test_what_is_told_of_the_team_is_called_protection_and_goes_to_that_number_alone(
    here: Helpline, simulator: Simulator
) -> None:
    here.danger(STAFF_ABUSE)
    call(here)
    sent = asked(simulator)
    assert [form["To"] for form in sent["sms"]] == ["+51900000103"]
    assert sent["sms"][0]["Body"].startswith("Guardia: PROTECCION, ")
    assert [request["to"] for request in sent["whatsapp"]] == ["+51900000103"]


def test_who_is_no_longer_in_the_list_is_not_called_and_the_next_is(
    here: Helpline, simulator: Simulator, tmp_path: Path
) -> None:
    here.danger()
    here.calls()
    (tmp_path / "on_call.yml").write_text(ON_CALL.replace("Rosa", "Berta"), encoding="utf-8")
    here.content.refresh()  # type: ignore[attr-defined]
    here.duty = here.content.duty  # type: ignore[attr-defined]
    call(here)
    states = [(row.staff, row.state) for row in here.all(Page)]
    assert states == [*[("Rosa", "failed")] * 2, *[("Berta", "accepted")] * 2]


def test_no_number_of_the_team_stands_in_the_log(
    here: Helpline, simulator: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    simulator.fault("twilio_21211")
    simulator.fault("131026", phone=ROSA.phone)
    here.danger()
    call(here)
    printed = "".join(capsys.readouterr())
    assert "page_failed" in printed
    assert "5190000010" not in printed
