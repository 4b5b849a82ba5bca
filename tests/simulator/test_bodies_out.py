"""Everything the line says is accepted by Meta's and Twilio's rules as the simulator knows them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from linea import settings
from tests.channels import test_outbound
from tests.channels.bodies import BODIES
from tests.simulator.harness import CALLBACK, Simulator

CHANNELS = Path(test_outbound.__file__).parent


def requests(channel: str, name: str) -> list[Any]:
    """What goes out of a body on a channel."""
    path = CHANNELS / channel / "sent" / f"{name}.json"
    return [each for each in json.loads(path.read_text(encoding="utf-8")) if isinstance(each, dict)]


@pytest.mark.parametrize("name", BODIES)
def test_what_goes_out_is_accepted(judge: Simulator, name: str) -> None:
    for request in requests("whatsapp", name):
        answer = judge.send(request)
        assert answer.status_code == 200, answer.text
    for form in requests("sms", name):
        known = {"From": settings.DEVELOPMENT_SMS_NUMBER, "StatusCallback": CALLBACK}
        answer = judge.sms(form["Body"], form["To"], **known)
        assert answer.status_code == 201, answer.text
        (bubble,) = judge.rows("messages", wamid=answer.json()["sid"])
        assert bubble["segments"] == form["segments"]
