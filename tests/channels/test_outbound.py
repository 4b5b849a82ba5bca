"""What the line says: every kind of body goes out as the files say, within each channel's limits."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from linea import gsm7
from linea.channels.sms import outbound as sms
from linea.channels.whatsapp import outbound as whatsapp
from linea.messages import Body, Sender
from tests.channels.bodies import BODIES

HERE = Path(__file__).parent
OUTBOX_ID = "0123456789abcdef" * 2
OUR_NUMBER = "+5115550100"
STATUS_URL = "https://linea.example.org/webhooks/twilio/status"


@dataclass(frozen=True)
class Channel:
    """How one channel parts a body and asks its vendor to send each part."""

    name: str
    split: Callable[[Body], list[Body]]
    build: Callable[[Body, Sender], Any]

    @property
    def folder(self) -> Path:
        """Its files: of each body the requests, in order."""
        return HERE / self.name / "sent"

    def requests(self, body: Body, sender: Sender) -> list[Any]:
        """What is asked of the vendor; for a person who cannot be reached there, why."""
        try:
            return [self.build(part, sender) for part in self.split(body)]
        except ValueError as error:
            return [str(error)]


def _sms(body: Body, sender: Sender) -> dict[str, Any]:
    form = sms.build(body, sender, OUR_NUMBER, STATUS_URL, OUTBOX_ID)
    return {**form, "segments": gsm7.segments(form["Body"])}


CHANNELS = (
    Channel("whatsapp", whatsapp.split, lambda body, sender: whatsapp.build(body, sender, OUTBOX_ID)),
    Channel("sms", sms.split, _sms),
)
EVERY = [pytest.param(channel, name, id=f"{channel.name}-{name}") for channel in CHANNELS for name in BODIES]


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.name)
def test_every_body_has_its_file_and_every_file_its_body(channel: Channel) -> None:
    assert sorted(path.stem for path in channel.folder.iterdir()) == sorted(BODIES)


@pytest.mark.parametrize(("channel", "name"), EVERY)
def test_a_body_goes_out_as_its_file_says(channel: Channel, name: str) -> None:
    wanted = json.loads((channel.folder / f"{name}.json").read_text(encoding="utf-8"))
    assert channel.requests(*BODIES[name]) == wanted
