"""Files of the simulator: sent by people, handed out as Meta and Twilio hand them out, spoilt on demand."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from typing import Any

import httpx
import pytest

from linea.channels.download import Fetched, MediaAway, MediaRefused
from linea.channels.sms import inbound as sms_inbound
from linea.channels.sms import media as sms
from linea.channels.whatsapp import media as whatsapp
from linea.messages import Media
from linea.simulator import media as simulator_media
from linea.simulator.files import KINDS, SAMPLE_FILES, SAMPLES
from tests.channels.server import TLS
from tests.simulator.harness import ACCOUNT, NUMBER, PATIENCE, ROSA, Line, Simulator

TOKEN = "desarrollo"
LARGEST = 20_000_000


def sample(kind: str) -> bytes:
    return (SAMPLES / SAMPLE_FILES[kind][0]).read_bytes()


def sent(simulator: Simulator, line: Line, kind: str, **wish: Any) -> dict[str, Any]:
    """Somebody sends a file; the part of the webhook that tells of it."""
    simulator.write(**{kind: wish})
    (message,) = line.messages(1)
    return dict(message[message["type"]])


def asked(simulator: Simulator, media_id: str, token: str = TOKEN, **query: str) -> httpx.Response:
    return simulator.http.get(
        f"/graph/v25.0/{media_id}", params=query, headers={"authorization": f"Bearer {token}"}
    )


def had(simulator: Simulator, url: str, token: str = TOKEN) -> httpx.Response:
    return simulator.http.get(url, headers={"authorization": f"Bearer {token}"})


# -- what Meta says of a file -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_told_of_as_meta_does_and_is_the_same_by_its_two_steps(
    simulator: Simulator, line: Line, kind: str
) -> None:
    part, content = sent(simulator, line, kind), sample(kind)
    assert part["mime_type"] == SAMPLE_FILES[kind][1]
    assert base64.b64decode(part["sha256"]) == hashlib.sha256(content).digest()
    answer = asked(simulator, part["id"], phone_number_id=NUMBER).json()
    assert (answer["id"], answer["file_size"]) == (part["id"], str(len(content)))
    assert answer["sha256"] == hashlib.sha256(content).hexdigest()
    assert had(simulator, answer["url"]).content == content


def test_a_voice_note_a_document_and_a_sticker_say_what_they_are(simulator: Simulator, line: Line) -> None:
    assert sent(simulator, line, "voice")["voice"] is True
    assert sent(simulator, line, "audio")["voice"] is False
    assert sent(simulator, line, "document", filename="a.pdf", caption="mira")["filename"] == "a.pdf"
    assert sent(simulator, line, "sticker")["animated"] is False


def test_the_same_file_sent_twice_has_two_ids(simulator: Simulator, line: Line) -> None:
    assert len({sent(simulator, line, "image")["id"] for _ in range(2)}) == 2


def test_both_steps_need_the_token(simulator: Simulator, line: Line) -> None:
    part = sent(simulator, line, "image")
    assert asked(simulator, part["id"], "otro").status_code == 401
    url = asked(simulator, part["id"]).json()["url"]
    assert had(simulator, url, "otro").status_code == 401
    assert simulator.http.get(url).status_code == 401


@pytest.mark.parametrize("query", [{"phone_number_id": "999"}, {}])
def test_an_unknown_id_or_number_is_refused_with_100(judge: Simulator, query: dict[str, str]) -> None:
    answer = asked(judge, "404", **query)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


def test_an_address_dies_and_another_is_given(
    simulator: Simulator, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = sent(simulator, line, "image")
    monkeypatch.setattr(simulator_media, "ADDRESS_SECONDS", -1)
    assert had(simulator, asked(simulator, part["id"]).json()["url"]).status_code == 404
    monkeypatch.undo()
    assert had(simulator, asked(simulator, part["id"]).json()["url"]).status_code == 200


# -- files of one's own -------------------------------------------------------------------------------


def upload(simulator: Simulator, content: bytes, mime: str = "image/png", **query: str) -> httpx.Response:
    return simulator.http.post(
        "/api/media", content=content, params=query, headers={"content-type": mime}, timeout=PATIENCE
    )


def test_a_file_of_ones_own_can_be_sent_as_any_kind(simulator: Simulator, line: Line) -> None:
    kept = upload(simulator, b"\x89PNG x", filename="receta.png").json()
    assert (kept["mime"], kept["size"], kept["name"]) == ("image/png", 6, "receta.png")
    part = sent(simulator, line, "document", media_id=kept["id"])
    assert (part["mime_type"], part["filename"]) == ("image/png", "receta.png")
    assert part["id"] != kept["id"]
    url = asked(simulator, part["id"]).json()["url"]
    assert had(simulator, url).content == b"\x89PNG x"
    assert simulator.http.get(f"/api/media/{kept['id']}").content == b"\x89PNG x"


def test_a_file_that_is_empty_too_large_or_missing_is_refused(judge: Simulator) -> None:
    assert upload(judge, b"").status_code == 400
    assert upload(judge, b"x" * (32 * 1024 * 1024 + 1)).status_code == 400
    assert judge.refusal("messages", phone=ROSA, image={"media_id": "404"})
    assert judge.http.get("/api/media/404").status_code == 404


@pytest.mark.parametrize(
    "wish",
    [
        *({"voice": {"caption": "x"}}, {"sticker": {"caption": "x"}}, {"image": {"colour": "red"}}),
        *({"album": {"count": 1}}, {"album": {"count": 31}}, {"album": {}}, {"image": "x"}),
    ],
    ids=str,
)
def test_what_no_file_can_be_is_refused(judge: Simulator, wish: dict[str, Any]) -> None:
    assert judge.refusal("messages", phone=ROSA, **wish)


def test_an_album_is_so_many_pictures_at_the_same_moment(simulator: Simulator, line: Line) -> None:
    bubbles = simulator.write(album={"count": 10, "caption": "miren"})["messages"]
    pictures = line.messages(10)
    assert {message["id"] for message in pictures} == {bubble["wamid"] for bubble in bubbles}
    assert len({message["image"]["id"] for message in pictures}) == 10
    assert [m["image"].get("caption") for m in pictures].count("miren") == 1


# -- as the line has them -----------------------------------------------------------------------------


def fetched(simulator: Simulator, part: dict[str, Any], kind: str, limit: int = LARGEST) -> Fetched | str:
    """What the line's own code has of it; else the reason."""
    media = Media(part["id"], kind, part["mime_type"], part["sha256"])

    async def run() -> Fetched | str:
        async with httpx.AsyncClient(verify=TLS, timeout=5.0) as client:
            graph = f"{simulator.url}/graph/v25.0"
            try:
                return await whatsapp.fetch(client, graph, TOKEN, NUMBER, media, limit)
            except (MediaAway, MediaRefused) as error:
                return error.reason

    return asyncio.run(run())


@pytest.mark.parametrize("kind", KINDS)
def test_the_line_has_every_kind_of_file(simulator: Simulator, line: Line, kind: str) -> None:
    part = sent(simulator, line, kind)
    found = fetched(simulator, part, {"voice": "audio"}.get(kind, kind))
    assert isinstance(found, Fetched), found
    assert found.content == sample(kind)
    assert [call["kind"] for call in simulator.rows("ledger")] == ["media", "download"]


@pytest.mark.parametrize(
    ("kind", "times", "came"),
    [
        ("media_404", 1, None),  # a new address is asked for
        ("media_404", 2, "not_found"),
        ("media_gone", None, "gone"),
        ("media_too_big", 1, "too_large"),
        ("media_wrong_hash", 1, "checksum"),
        ("media_redirect", 1, "redirect"),
        ("media_elsewhere", 1, "host_not_allowed"),
    ],
)
def test_a_file_spoilt_on_its_way_is_not_taken_and_nobody_else_is_asked(
    simulator: Simulator, line: Line, kind: str, times: int | None, came: str | None
) -> None:
    part = sent(simulator, line, "image")
    simulator.fault(kind, **({"times": times} if times else {}))
    found = fetched(simulator, part, "image")
    assert (None if isinstance(found, Fetched) else found) == came
    assert simulator.rows("ledger", kind="elsewhere") == []
    assert simulator.rows("ledger", fault=kind) != []


def test_who_would_go_elsewhere_is_seen(simulator: Simulator, line: Line) -> None:
    """That the test before this one could fail."""
    simulator.fault("media_elsewhere", times=1)
    url = asked(simulator, sent(simulator, line, "image")["id"]).json()["url"]
    httpx.get(url, headers={"authorization": "Bearer x"}, trust_env=False)
    (call,) = simulator.rows("ledger", kind="elsewhere")
    assert call["request"] == {"authorization": "Bearer x"}


def test_the_line_has_the_files_of_an_mms(simulator: Simulator, line: Line) -> None:
    simulator.write(channel="sms", image={"caption": "mira"})
    form = line.form()
    settings = simulator.settings
    account, number = settings.twilio_account_sid, settings.twilio_from
    (message,) = sms_inbound.parse_message(form.raw, account, number, settings.twilio_url).messages
    assert (message.text, message.kind) == ("mira", "media")

    async def run() -> Fetched:
        async with httpx.AsyncClient(verify=TLS) as client:
            return await sms.fetch(client, settings.twilio_url, ACCOUNT, TOKEN, message.media[0], LARGEST)

    assert asyncio.run(run()) == Fetched(sample("image"), "image/jpeg")
