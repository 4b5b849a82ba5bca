"""The doors by which bodies come in from Meta and Twilio: for each its files, its table and how it is read.

The tests beside this file run over all of them; what they know of a channel stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from linea.channels.sms import inbound as sms
from linea.channels.whatsapp import inbound as whatsapp
from linea.messages import Parsed
from linea.reception import Source
from linea.settings import DEVELOPMENT_ACCOUNT_SID, DEVELOPMENT_SMS_NUMBER
from tests.channels.expected import Expected
from tests.channels.mutation import Mutation
from tests.channels.sms import cases as sms_cases
from tests.channels.sms import mutations as sms_mutations
from tests.channels.whatsapp import cases as whatsapp_cases
from tests.channels.whatsapp import mutations as whatsapp_mutations

HERE = Path(__file__).parent
TWILIO_HERE = "http://127.0.0.1:8010/twilio"


@dataclass(frozen=True)
class Door:
    """One door: what a body from it becomes, and everything that may be wrong with one."""

    name: str
    source: Source
    folder: Path
    cases: dict[str, list[Expected]]
    parse: Callable[[bytes], Parsed]
    mutated: Callable[[str, bytes, Callable[[bytes], Parsed]], Iterator[Mutation]]
    query: str = ""

    @property
    def files(self) -> list[Path]:
        """The payload files, in order."""
        return sorted(path for path in self.folder.iterdir() if path.is_file())

    def raw(self, name: str) -> bytes:
        """What came over the wire: the file without the newline at its end."""
        (path,) = (path for path in self.files if path.stem == name)
        return path.read_bytes().removesuffix(b"\n")

    def mutations(self, name: str) -> Iterator[Mutation]:
        """A payload with each of its values in turn made wrong."""
        return self.mutated(name, self.raw(name), self.parse)


def _message(raw: bytes) -> Parsed:
    return sms.parse_message(raw, DEVELOPMENT_ACCOUNT_SID, DEVELOPMENT_SMS_NUMBER, TWILIO_HERE)


WHATSAPP = Door(
    "whatsapp",
    Source.WHATSAPP,
    HERE / "whatsapp" / "payloads",
    whatsapp_cases.CASES,
    lambda raw: whatsapp.parse(raw, whatsapp_cases.OUR_NUMBER),
    whatsapp_mutations.of,
)
SMS = Door(
    "sms",
    Source.TWILIO_MESSAGE,
    HERE / "sms" / "payloads" / "messages",
    sms_cases.MESSAGES,
    _message,
    sms_mutations.of,
)
SMS_STATUS = Door(
    "sms-status",
    Source.TWILIO_STATUS,
    HERE / "sms" / "payloads" / "statuses",
    sms_cases.STATUSES,
    lambda raw: sms.parse_status(raw, sms_cases.QUERY),
    sms_mutations.of,
    sms_cases.QUERY,
)
DOORS = (WHATSAPP, SMS, SMS_STATUS)
EVERY_CASE: list[Any] = [(door, name) for door in DOORS for name in door.cases]


def case_id(value: Any) -> str:
    """How a door or a case is called in a test's name."""
    return value.name if isinstance(value, Door) else str(value)
