"""What becomes of one file that a person may look at: had, cleaned and sealed, or why not and when again."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import logging
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from linea import clock, erasure, media, vault
from linea.channels.download import Fetched, MediaAway, MediaRefused
from linea.channels.sms.channel import Sms
from linea.channels.whatsapp.channel import WhatsApp
from linea.fetching import AT_ONCE, LARGEST, Fetching
from linea.messages import Media
from linea.settings import load
from linea.simulator import files
from linea.store.models import MediaRow
from tests.channels.server import TLS, answers, vendor
from tests.helpline import RED, Helpline

PHOTO = (files.SAMPLES / "photo.jpg").read_bytes()  # it says where it was taken
PDF = b"%PDF-1.7\n%" + b"x" * 100
GPS = 0x8825


class Channel:
    """Has one file, or one reason why not, for whoever asks."""

    def __init__(self, had: Fetched | Exception) -> None:
        self.had = had
        self.limits: list[int] = []

    async def fetch(self, media: Media, limit: int) -> Fetched:
        self.limits.append(limit)
        if isinstance(self.had, Exception):
            raise self.had
        return self.had


@pytest.fixture
def waiting(helpline: Helpline) -> Helpline:
    """Somebody who waits for a person, now."""
    helpline.now = clock.now()
    helpline.arrives(RED)
    helpline.looks()
    return helpline


def arrives(helpline: Helpline, *sent: Media, channel: str = "whatsapp") -> None:
    helpline.arrives(helpline.message(None, kind="media", type=sent[0].type, media=sent, channel=channel))


def fetches(helpline: Helpline, folder: Path, channels: Any, room: int = AT_ONCE) -> list[MediaRow]:
    """Everything that is due is fetched once; the files as they are then."""

    async def run() -> None:
        fetching = Fetching(helpline.store, helpline.keys, folder, channels)
        for wanted in await fetching.take(room):
            await fetching.fetch(wanted)

    asyncio.run(run())
    return helpline.all(MediaRow)


def kept(folder: Path) -> list[str]:
    place = vault.folder(folder)
    return sorted(path.name for path in place.iterdir()) if place.is_dir() else []


def jpeg() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(written, "JPEG", comment=b"CANARY")
    return written.getvalue()


@pytest.mark.parametrize(
    ("kind", "had", "mime", "is_drawn_anew"),
    [
        ("image", Fetched(PHOTO, "image/jpeg"), "image/jpeg", True),
        ("sticker", Fetched((files.SAMPLES / "sticker.webp").read_bytes(), "image/webp"), "image/png", True),
        ("document", Fetched(PHOTO, "image/jpeg"), "image/jpeg", True),
        ("document", Fetched(jpeg(), "text/plain"), "image/jpeg", True),  # whatever it was taken for
        ("document", Fetched(PDF, "application/pdf"), "application/pdf", False),
        ("audio", Fetched(b"OggS" + b"\x00" * 90, "audio/ogg"), "audio/ogg", False),
        ("video", Fetched(b"\x00\x00\x00\x18ftypisom", "video/mp4"), "video/mp4", False),
    ],
)
def test_a_file_is_cleaned_sealed_and_noted(
    waiting: Helpline, tmp_path: Path, kind: str, had: Fetched, mime: str, is_drawn_anew: bool
) -> None:
    arrives(waiting, Media("77", kind))
    (row,) = fetches(waiting, tmp_path, {"whatsapp": Channel(had)})
    content = vault.read(tmp_path, waiting.keys, row.id)
    assert (row.state, row.mime, row.size, row.next_at) == ("fetched", mime, len(content), None)
    assert (content == had.content) is not is_drawn_anew
    if is_drawn_anew:
        assert dict(Image.open(io.BytesIO(content)).getexif()) == {}
        assert b"CANARY" not in content


def test_where_a_photograph_was_taken_is_not_kept(waiting: Helpline, tmp_path: Path) -> None:
    assert Image.open(io.BytesIO(PHOTO)).getexif().get_ifd(GPS)
    arrives(waiting, Media("77", "image"))
    (row,) = fetches(waiting, tmp_path, {"whatsapp": Channel(Fetched(PHOTO, "image/jpeg"))})
    content = vault.read(tmp_path, waiting.keys, row.id)
    assert not Image.open(io.BytesIO(content)).getexif().get_ifd(GPS)


@pytest.mark.parametrize(
    ("kind", "had", "state", "reason"),
    [
        ("image", MediaRefused("wrong_type"), "refused", "wrong_type"),
        ("image", MediaRefused("too_large"), "refused", "too_large"),
        ("image", MediaRefused("gone"), "gone", "gone"),
        ("image", Fetched(b"\xff\xd8\xff broken", "image/jpeg"), "refused", "does_not_decode"),
        ("image", Fetched(b"\x00\x00\x00\x18ftypheic", "image/heic"), "refused", "does_not_decode"),
        ("document", Fetched(PHOTO[:300], "image/jpeg"), "refused", "does_not_decode"),
        ("image", MediaAway("not_found"), "wanted", "not_found"),
        ("image", MediaAway("timeout"), "wanted", "timeout"),
        ("image", RuntimeError("777"), "wanted", "RuntimeError"),
    ],
)
def test_a_file_that_does_not_come_says_why_in_a_word_and_nothing_lies_here(
    waiting: Helpline, tmp_path: Path, kind: str, had: Any, state: str, reason: str
) -> None:
    arrives(waiting, Media("77", kind))
    (row,) = fetches(waiting, tmp_path, {"whatsapp": Channel(had)})
    assert (row.state, row.reason, kept(tmp_path)) == (state, reason, [])
    assert (row.next_at is not None) is (state == "wanted")


def test_a_channel_that_has_been_taken_out_of_the_settings_is_waited_for(
    waiting: Helpline, tmp_path: Path
) -> None:
    arrives(waiting, Media("77", "image"))
    (row,) = fetches(waiting, tmp_path, {})
    assert (row.state, row.reason) == ("wanted", "no_channel")


def test_a_disk_that_takes_nothing_is_worth_another_try(waiting: Helpline, tmp_path: Path) -> None:
    vault.folder(tmp_path).write_bytes(b"in the way")
    arrives(waiting, Media("77", "image"))
    (row,) = fetches(waiting, tmp_path, {"whatsapp": Channel(Fetched(PHOTO, "image/jpeg"))})
    assert (row.state, row.reason) == ("wanted", "FileExistsError")
    vault.folder(tmp_path).unlink()
    waiting.write(lambda s: setattr(s.get(MediaRow, row.id), "next_at", clock.now()))
    (row,) = fetches(waiting, tmp_path, {"whatsapp": Channel(Fetched(PHOTO, "image/jpeg"))})
    assert (row.state, kept(tmp_path)) == ("fetched", [row.id])


def test_each_kind_has_its_own_largest_size(waiting: Helpline, tmp_path: Path) -> None:
    for kind in (*LARGEST, "hologram"):
        arrives(waiting, Media("77", kind))
    channel = Channel(MediaRefused("too_large"))
    fetches(waiting, tmp_path, {"whatsapp": channel}, room=9)
    megabytes = [limit // 1_000_000 for limit in channel.limits]
    assert megabytes == [16, 2, 16, 16, 32, 32]


def test_nothing_is_taken_without_room_or_while_nobody_waits(helpline: Helpline, tmp_path: Path) -> None:
    helpline.now = clock.now()
    arrives(helpline, Media("77", "image"))
    assert [row.state for row in fetches(helpline, tmp_path, {"whatsapp": Channel(MediaAway("x"))})] == [
        "kept"
    ]
    helpline.arrives(RED)
    helpline.looks()
    (row,) = fetches(helpline, tmp_path, {"whatsapp": Channel(MediaAway("x"))}, room=0)
    assert (row.state, row.attempts) == ("wanted", 0)


def test_a_file_erased_while_it_was_fetched_is_swept_away_by_the_night(
    waiting: Helpline, tmp_path: Path
) -> None:
    arrives(waiting, Media("77", "image"))

    class Erasing(Channel):
        async def fetch(self, media: Media, limit: int) -> Fetched:
            waiting.looks()
            code = waiting.code()
            waiting.takes(code)
            waiting.closes(code, farewell=())
            waiting.sends()
            later = waiting.now.replace(year=waiting.now.year + 1)
            waiting.write(lambda s: erasure.erase_due(s, later, later))
            return await super().fetch(media, limit)

    assert fetches(waiting, tmp_path, {"whatsapp": Erasing(Fetched(PHOTO, "image/jpeg"))}) == []
    assert len(kept(tmp_path)) == 1
    assert vault.sweep(tmp_path, lambda ids: set(), clock.now().timestamp()) == 1
    assert kept(tmp_path) == []


def test_two_at_once_are_both_had(waiting: Helpline, tmp_path: Path) -> None:
    arrives(waiting, Media("77", "image"), Media("78", "image"))

    async def run() -> None:
        channel = Channel(Fetched(PHOTO, "image/jpeg"))
        fetching = Fetching(waiting.store, waiting.keys, tmp_path, {"whatsapp": channel})
        await asyncio.gather(*map(fetching.fetch, await fetching.take(2)))

    asyncio.run(run())
    assert [row.state for row in waiting.all(MediaRow)] == ["fetched", "fetched"]
    assert len(kept(tmp_path)) == 2


def test_both_channels_by_their_own_vendors_over_http(waiting: Helpline, tmp_path: Path) -> None:
    """The way a photo takes: Meta's two steps, Twilio's one, to a file that an operator can open."""
    checksum = hashlib.sha256(PHOTO).digest()
    arrives(waiting, Media("77", "image", "image/jpeg", base64.b64encode(checksum).decode()))
    waiting.arrives(waiting.message(RED, channel="sms"))
    waiting.looks()

    async def run() -> None:
        file = answers(200, PHOTO, "Content-Type: image/jpeg")
        async with vendor(file) as twilio, vendor() as graph:
            graph.behaves = [answers(200, {"url": f"{graph.url}/f", "sha256": checksum.hex()}), file]
            arrives(waiting, Media(f"{twilio.url}/ME1", "image", "image/jpeg"), channel="sms")
            settings = load(
                {
                    "LINEA_DATA_DIR": str(tmp_path),
                    "LINEA_GRAPH_URL": graph.url,
                    "LINEA_TWILIO_URL": twilio.url,
                }
            )
            async with httpx.AsyncClient(verify=TLS, trust_env=False) as client:
                channels = {"whatsapp": WhatsApp(settings, client), "sms": Sms(settings, client)}
                fetching = Fetching(waiting.store, waiting.keys, tmp_path, channels)
                for wanted in await fetching.take(5):
                    await fetching.fetch(wanted)

    asyncio.run(run())
    rows = waiting.all(MediaRow)
    assert [(row.channel, row.state, row.reason) for row in rows] == [
        ("whatsapp", "fetched", None),
        ("sms", "fetched", None),
    ]
    assert all(vault.read(tmp_path, waiting.keys, row.id).startswith(b"\xff\xd8\xff") for row in rows)


def test_the_log_names_the_file_by_our_own_id_alone(
    waiting: Helpline, tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    arrives(waiting, Media("771234567", "document", None, None, "receta de Ana.pdf"))
    fetches(waiting, tmp_path, {"whatsapp": Channel(MediaAway("http_500"))})
    written = capsys.readouterr().out + caplog.text
    (row,) = waiting.all(MediaRow)
    assert row.id in written
    for secret in ("771234567", "receta", "Ana"):
        assert secret not in written


def test_a_lease_outlives_the_slowest_attempt() -> None:
    assert media.LEASE.total_seconds() > 4 * 15
