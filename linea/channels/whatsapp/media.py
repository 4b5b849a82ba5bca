"""Fetches a file that somebody sent on WhatsApp: by its id, from Meta alone, checked before it is kept."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

import httpx

from linea.channels import filetypes
from linea.channels.download import Answer, Fetched, MediaAway, MediaRefused, get, origin, request
from linea.channels.whatsapp import reading
from linea.channels.whatsapp.values import Item, number, part, text
from linea.messages import Media

# The only hosts that Meta's token is shown to, beside the configured one.
# https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#download-media
META = ("https://graph.facebook.com", "https://lookaside.fbsbx.com")

_ANSWER_MAX = 64 * 1024
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_TOKEN = re.compile(r"[!-~]+")
_HEX = re.compile(r"[0-9a-fA-F]{64}")

# What Graph answers for an id it does not know (any more): ids of what people send live seven days.
_NOT_THERE = frozenset({100, 131052})


async def fetch(
    client: httpx.AsyncClient, graph_url: str, token: str, phone_number_id: str, media: Media, limit: int
) -> Fetched:
    """The file, of at most `limit` bytes, its checksum and type checked.

    First Graph is asked by id where the file is, then it is fetched there; that address lives five
    minutes, so where the file is missing Graph is asked once more. The token goes to Meta's two hosts
    and the configured one, over no redirect, and never to an address that a message gave.
    Raises MediaAway (worth another try later) and MediaRefused; both name the reason in one word.
    """
    if not _ID.fullmatch(media.ref):
        raise MediaRefused("bad_reference")
    if not _TOKEN.fullmatch(token):
        raise MediaAway("token_unusable")
    for last in (False, True):
        found = await _find(client, graph_url, token, phone_number_id, media.ref)
        size = number(found.get("file_size"))
        if size is not None and size > limit:
            raise MediaRefused("too_large")
        try:
            content, _ = await get(
                client,
                text(found.get("url")) or "",
                origins=(*META, origin(graph_url)),
                limit=limit,
                headers={"Authorization": f"Bearer {token}"},
            )
        except MediaAway as error:
            if last or error.reason != "not_found":
                raise
            continue
        break
    for checksum in (media.sha256, text(found.get("sha256"))):
        if not _matches(checksum, content):
            raise MediaRefused("checksum")
    declared = media.mime or text(found.get("mime_type"))
    return Fetched(content, filetypes.checked(media.type, declared, content))


async def _find(client: httpx.AsyncClient, graph_url: str, token: str, number_id: str, ref: str) -> Item:
    """What Graph says of the file: its address for five minutes, size, type and checksum."""
    answer = await request(
        client,
        f"{graph_url.rstrip('/')}/{ref}?phone_number_id={number_id}",
        origins=(origin(graph_url),),
        limit=_ANSWER_MAX,
        headers={"Authorization": f"Bearer {token}"},
    )
    said = _json(answer)
    if answer.status == 200 and text(said.get("url")):
        return said
    code = number(part(said, "error").get("code"))
    if answer.status in (400, 404, 410) and code in _NOT_THERE:
        raise MediaRefused("gone")
    if 300 <= answer.status < 400:
        raise MediaRefused("redirect")
    raise MediaAway(f"graph_{code}" if code is not None else f"http_{answer.status}")


def _json(answer: Answer) -> Item:
    try:
        said = reading.read(answer.content)
    except reading.Unreadable:
        return {}
    return said if isinstance(said, dict) else {}


def _matches(checksum: str | None, content: bytes) -> bool:
    """Whether the SHA-256 is this content's: base64 in webhooks, hex in Graph's answers.

    One that is absent or written in a third way says nothing: TLS has carried the bytes already.
    """
    written = (checksum or "").strip()
    if _HEX.fullmatch(written):
        claimed = bytes.fromhex(written)
    else:
        try:
            claimed = base64.b64decode(written.replace("-", "+").replace("_", "/"), validate=True)
        except (binascii.Error, ValueError):
            return True
    return len(claimed) != 32 or claimed == hashlib.sha256(content).digest()
