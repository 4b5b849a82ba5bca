"""Photos, voice notes, places: kept, seen by a person of the team and by nobody else, gone with the night."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from linea.store.models import Conversation, MediaRow
from tests.journeys.harness import Line, canaries, until

WEEK_AND_A_DAY = 8 * 24 * 3600.0


def files(line: Line, phone: str, channel: str = "whatsapp") -> list[MediaRow]:
    """The files that somebody has sent."""
    line.settled()
    mine = line.conversation(phone, channel).id
    return [row for row in line.rows(MediaRow) if row.conversation_id == mine]


def fetched(line: Line, phone: str, channel: str = "whatsapp") -> list[MediaRow]:
    """The same, once all of them are here."""
    until(lambda: {row.state for row in files(line, phone, channel)} == {"fetched"}, "the files are here")
    return files(line, phone, channel)


@pytest.mark.parametrize(
    ("channel", "wish", "shown", "begins"),
    [
        ("whatsapp", {"image": {"caption": "así quedó esto"}}, "[foto] así quedó esto", b"\xff\xd8\xff"),
        ("whatsapp", {"voice": {}}, "[nota de voz]", b"OggS"),
        ("whatsapp", {"document": {"filename": "receta.pdf"}}, "[archivo receta.pdf", b"%PDF-"),
        ("sms", {"image": {"caption": "así quedó esto"}}, "[foto] así quedó esto", b"\xff\xd8\xff"),
        ("sms", {"audio": {}}, "[audio]", b"RIFF"),
    ],
)
def test_a_file_reaches_the_person_who_takes_the_chat(
    line: Line, phone: str, tmp_path: Path, channel: str, wish: dict[str, Any], shown: str, begins: bytes
) -> None:
    line.asks(phone, channel, **wish)
    assert [row.state for row in files(line, phone, channel)] == ["kept"]  # nobody may look: it stays there
    line.asks(phone, channel, text="1")
    code = line.waiting(phone, channel).code
    fetched(line, phone, channel)
    assert shown in line.cli("take", code, "--as", "Ana").stdout
    assert line.cli("media", code, "--as", "Luis").returncode == 2
    assert line.cli("media", code, "--to", str(tmp_path), "--as", "Ana").returncode == 0
    (file,) = tmp_path.iterdir()
    content = file.read_bytes()
    assert content.startswith(begins)
    assert b"Exif" not in content
    assert list(canaries(begins + content[len(begins) : 64], line.folder / "media")) == []


@pytest.mark.parametrize(
    ("wish", "shown"),
    [
        (
            {"location": {"latitude": -12.05, "longitude": -77.04, "name": "Plaza"}},
            "[ubicación -12.05, -77.04",
        ),
        (
            {"contacts": [{"name": "Tía Rosa", "phones": ["+51999888777"]}]},
            "[contacto Tía Rosa: +51999888777]",
        ),
        ({"sticker": {}}, "[sticker]"),
    ],
)
def test_a_place_a_contact_and_a_sticker_reach_the_person_who_takes_the_chat(
    line: Line, phone: str, wish: dict[str, Any], shown: str
) -> None:
    line.asks(phone, **wish)
    line.settled()
    line.writes(phone, "1")
    assert shown in line.cli("take", line.waiting(phone).code, "--as", "Ana").stdout


def test_who_sends_a_second_voice_note_is_heard_by_a_person(line: Line, phone: str) -> None:
    line.asks(phone, voice={})
    assert [message["type"] for message in line.answers(phone)] == ["interactive"]
    line.asks(phone, voice={})
    assert line.waiting(phone).reason == "voice"
    assert len(fetched(line, phone)) == 2


def test_a_file_that_cannot_be_had_is_said_to_the_operator(line: Line, phone: str) -> None:
    line.fault("media_gone", phone=phone)
    line.asks(phone, image={})
    line.settled()
    line.writes(phone, "1")
    code = line.waiting(phone).code
    until(lambda: [row.state for row in files(line, phone)] == ["gone"], "it is given up")
    line.cli("take", code, "--as", "Ana")
    assert "ya no existe" in line.cli("media", code, "--as", "Ana").stdout
    line.no_faults()


def test_nothing_of_a_file_an_sms_or_a_place_is_in_a_log(line: Line, phone: str) -> None:
    line.asks(phone, image={"caption": "FOTOENELREGISTRO"})
    line.asks(phone, location={"latitude": -12.0512345, "longitude": -77.04, "name": "LUGARENELREGISTRO"})
    line.asks(phone, document={"filename": "NOMBREENELREGISTRO.pdf"})
    line.asks(phone, "sms", text="SMSENELREGISTRO quiero hablar con una persona")
    line.tells("echo", phone=phone, text="ECOENELREGISTRO")
    line.tells("standby", phone=phone, text="COPIAENELREGISTRO")
    until(lambda: {row.state for row in files(line, phone)} == {"fetched"}, "the files are here")
    printed = line.logs()
    for secret in (b"ENELREGISTRO", b"-12.0512345", phone[1:].encode()):
        assert secret not in printed


def test_the_night_leaves_nothing_of_what_people_sent(line: Line, phone: str) -> None:
    """Words, names of files, files sealed and open, the number: looked for in every file on the disk."""
    content = b"ESTOLODICEELARCHIVO4471 y nada mas"
    kept = line.client.post(
        f"{line.simulator_url}/api/media", content=content, headers={"content-type": "text/plain"}
    ).json()
    line.asks(phone, image={"caption": "ESTOLODICELAFOTO9152"})
    line.asks(phone, document={"media_id": kept["id"], "filename": "ESTOESELNOMBRE8803.txt"})
    line.asks(phone, location={"latitude": -12.05, "longitude": -77.04, "name": "ESTOESELLUGAR6230"})
    line.writes(phone, "quiero hablar con una persona")
    code = line.waiting(phone).code
    names = {row.id for row in fetched(line, phone)}
    line.cli("take", code, "--as", "Ana")
    assert "Copiado" in line.cli("media", code, "--open", "--as", "Ana").stdout
    tokens = [content[:23], b"ESTOLODICELAFOTO9152", b"ESTOESELNOMBRE8803", b"ESTOESELLUGAR6230"]
    assert all(list(canaries(token, line.folder)) for token in tokens), "they are there to be erased"
    assert len(names) == 2
    assert names <= {path.name for path in (line.folder / "media").iterdir()}
    assert line.cli("close", code, "--as", "Ana", "--quiet").returncode == 0
    assert line.cli("erase").returncode == 0
    assert [list(canaries(token, line.folder)) for token in (*tokens, phone[1:].encode())] == [[]] * 5
    assert not names & {path.name for path in (line.folder / "media").iterdir()}
    later = line.cli("erase", env={"LINEA_TEST_CLOCK_OFFSET_SECONDS": str(WEEK_AND_A_DAY)})
    assert later.returncode == 0
    assert line.rows(MediaRow) == list((line.folder / "media").iterdir()) == []
    assert {row.colour for row in line.rows(Conversation)} <= {"red"}  # an open red waits for a person
