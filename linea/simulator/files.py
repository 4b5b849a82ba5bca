"""The files people send: those uploaded for a test, and a built-in sample of each kind."""

from __future__ import annotations

import base64
import hashlib
import secrets
from pathlib import Path
from typing import Any

from linea.simulator.asking import BadWish
from linea.simulator.ledger import Ledger, Row

SAMPLES = Path(__file__).parent / "samples"
KINDS = ("image", "voice", "audio", "video", "document", "sticker")
SAMPLE_FILES: dict[
    str, tuple[str, str]
] = {  # a voice note is Opus in Ogg; the picture says where it was taken
    "image": ("photo.jpg", "image/jpeg"),
    "voice": ("voice.ogg", "audio/ogg; codecs=opus"),
    "audio": ("audio.wav", "audio/wav"),
    "video": ("video.mp4", "video/mp4"),
    "document": ("receta.pdf", "application/pdf"),
    "sticker": ("sticker.webp", "image/webp"),
}
LARGEST = 32 * 1024 * 1024


class Files:
    """Files by their id, as the Graph API and Twilio hand them out."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def keep(self, data: bytes, mime: str, name: str | None = None, phone: str | None = None) -> Row:
        """Keep a file under a new id. Raises BadWish when it is empty or too large."""
        if not 0 < len(data) <= LARGEST:
            raise BadWish(f"a file has between 1 and {LARGEST} bytes")
        row = {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "data": data}
        return self._ledger.add_media(
            {"id": str(secrets.randbelow(9 * 10**15) + 10**15), "mime": mime, "phone": phone, **row}
        )

    def sent(self, kind: str, wish: Any, phone: str) -> Row:
        """The file that a wish names, or the sample of this kind, as one that this phone has sent.

        Each time under a new id, as at Meta. Raises BadWish for a file that is not there.
        """
        media_id = wish.get("media_id")
        if media_id is None:
            name, mime = SAMPLE_FILES[kind]
            return self.keep((SAMPLES / name).read_bytes(), mime, name, phone)
        known = self.get(media_id)
        if known is None:
            raise BadWish(f"there is no file {media_id}")
        return self.keep(known["data"], known["mime"], known["name"], phone)

    def get(self, media_id: str) -> Row | None:
        """A file with its bytes."""
        return self._ledger.media(media_id)


def base64_hash(file: Row) -> str:
    """The SHA-256 of a file as Meta's webhooks write it."""
    return base64.b64encode(bytes.fromhex(file["sha256"])).decode()
