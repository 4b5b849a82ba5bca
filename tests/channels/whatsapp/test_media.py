"""A file of WhatsApp is had by its id, from Meta alone, and only if it is what it was said to be."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from typing import Any

import httpx
import pytest

from linea.channels.download import Fetched, MediaAway, MediaRefused
from linea.channels.whatsapp import media
from linea.channels.whatsapp.channel import WhatsApp
from linea.messages import Media
from linea.settings import load
from tests.channels.server import TLS, Asked, Behaviour, Vendor, answers, resets, says, vendor

TOKEN, NUMBER_ID, ID = "EAAsecretTokenThatNobodyMaySee", "100000000000001", "1908647269898587"
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 60
SHA256 = hashlib.sha256(JPEG).digest()
IN_A_WEBHOOK, IN_GRAPHS_ANSWER = base64.b64encode(SHA256).decode(), SHA256.hex()
PHOTO = Media(ID, "image", "image/jpeg", IN_A_WEBHOOK)
FILE = answers(200, JPEG, "Content-Type: image/jpeg")
GONE = answers(404, b"Not found")


def found(**changes: Any) -> Behaviour:
    """Graph says where the file is: on the same server."""

    async def behave(here: Vendor, writer: asyncio.StreamWriter) -> None:
        said = {"messaging_product": "whatsapp", "id": ID, "url": f"{here.url}/file?mid=1"}
        said |= {"mime_type": "image/jpeg", "sha256": IN_GRAPHS_ANSWER, "file_size": str(len(JPEG))}
        kept = {name: value for name, value in {**said, **changes}.items() if value is not None}
        await answers(200, kept)(here, writer)

    return behave


def fetch(
    *behaves: Behaviour, file: Media = PHOTO, limit: int = 1000, token: str = TOKEN
) -> tuple[Fetched | tuple[str, str], list[Asked]]:
    """What came of it, and all that was asked."""

    async def run() -> tuple[Fetched | tuple[str, str], list[Asked]]:
        async with vendor(*behaves, path="/v25.0") as graph:
            async with httpx.AsyncClient(verify=TLS, timeout=5.0) as client:
                try:
                    had = await media.fetch(client, graph.url, token, NUMBER_ID, file, limit)
                    return had, graph.requests
                except (MediaAway, MediaRefused) as error:
                    return (type(error).__name__, error.reason), graph.requests

    return asyncio.run(run())


def test_a_file_is_found_by_its_id_and_had_with_the_token() -> None:
    had, asked = fetch(found(), FILE)
    assert had == Fetched(JPEG, "image/jpeg")
    assert [one.line for one in asked] == [
        f"GET /v25.0/{ID}?phone_number_id={NUMBER_ID} HTTP/1.1",
        "GET /v25.0/file?mid=1 HTTP/1.1",
    ]
    assert {one.headers["authorization"] for one in asked} == {f"Bearer {TOKEN}"}


def test_an_address_that_has_died_is_asked_for_once_more() -> None:
    had, asked = fetch(found(), GONE, found(), FILE)
    assert (had, len(asked)) == (Fetched(JPEG, "image/jpeg"), 4)
    had, asked = fetch(found(), GONE, found(), GONE, found())
    assert (had, len(asked)) == (("MediaAway", "not_found"), 4)


def error(code: Any, status: int = 400) -> Behaviour:
    return answers(
        status, {"error": {"message": f"Object {ID} …", "type": "GraphMethodException", "code": code}}
    )


@pytest.mark.parametrize(
    ("behave", "came"),
    [
        (error(100), ("MediaRefused", "gone")),
        (error("100", 404), ("MediaRefused", "gone")),
        (error(131052), ("MediaRefused", "gone")),
        (error(100, 500), ("MediaAway", "graph_100")),
        (error(190, 401), ("MediaAway", "graph_190")),
        (error(4), ("MediaAway", "graph_4")),
        (error(131000, 500), ("MediaAway", "graph_131000")),
        (error(None), ("MediaAway", "http_400")),
        (error([]), ("MediaAway", "http_400")),
        (answers(302, b"", "Location: https://evil.example/"), ("MediaRefused", "redirect")),
        (answers(502, b"Bad Gateway"), ("MediaAway", "http_502")),
        (answers(200, b"<html>"), ("MediaAway", "http_200")),
        (answers(200, b"[" * 1000), ("MediaAway", "http_200")),
        (answers(200, {}), ("MediaAway", "http_200")),
        (answers(200, {"url": 7.5}), ("MediaAway", "http_200")),
        (answers(200, {"url": "x" * 70_000}), ("MediaRefused", "too_large")),
        (found(url="https://evil.example/x"), ("MediaRefused", "host_not_allowed")),
        (found(url="ftp://lookaside.fbsbx.com/x"), ("MediaRefused", "bad_address")),
        (found(file_size=1001), ("MediaRefused", "too_large")),
        (found(file_size="1001"), ("MediaRefused", "too_large")),
    ],
    ids=str,
)
def test_what_graph_says_instead_of_an_address_ends_it_there(behave: Behaviour, came: Any) -> None:
    had, asked = fetch(behave, FILE)
    assert (had, len(asked)) == (came, 1)


@pytest.mark.parametrize(
    "behave", [resets, says(b""), says(b"\x00\xff\r\n\r\n")], ids=["reset", "end", "noise"]
)
def test_a_connection_that_breaks_is_worth_another_try(behave: Behaviour) -> None:
    assert fetch(behave)[0][0] == "MediaAway"  # type: ignore[index]
    assert fetch(found(), behave)[0][0] == "MediaAway"  # type: ignore[index]


@pytest.mark.parametrize(
    ("behave", "came"),
    [
        (answers(200, JPEG * 20), ("MediaRefused", "too_large")),
        (answers(200, b""), ("MediaRefused", "checksum")),
        (answers(200, b"<html>"), ("MediaRefused", "checksum")),
        (answers(302, b"", "Location: /v25.0/file2"), ("MediaRefused", "redirect")),
        (answers(410, b""), ("MediaRefused", "gone")),
        (answers(401, b""), ("MediaAway", "http_401")),
        (answers(200, JPEG, "Content-Encoding: gzip"), ("MediaRefused", "encoded")),
    ],
    ids=str,
)
def test_what_is_no_file_is_said_in_a_word(behave: Behaviour, came: Any) -> None:
    assert fetch(found(), behave)[0] == came


WRONG = hashlib.sha256(b"other").digest()


@pytest.mark.parametrize(
    ("in_the_webhook", "in_graphs_answer", "is_had"),
    [
        (IN_A_WEBHOOK, IN_GRAPHS_ANSWER, True),
        (IN_GRAPHS_ANSWER, IN_A_WEBHOOK, True),
        (IN_GRAPHS_ANSWER.upper(), None, True),
        (base64.urlsafe_b64encode(SHA256).decode(), None, True),
        (f" {IN_A_WEBHOOK}\n", None, True),
        (None, None, True),
        ("", "", True),
        ("dXBsb2FkZWQ=", "not one", True),  # what is no SHA-256 says nothing
        (base64.b64encode(WRONG).decode(), None, False),
        (WRONG.hex(), None, False),
        (IN_A_WEBHOOK, WRONG.hex(), False),
        (None, base64.b64encode(WRONG).decode(), False),
    ],
)
def test_a_file_with_another_checksum_is_refused(
    in_the_webhook: str | None, in_graphs_answer: str | None, is_had: bool
) -> None:
    had, _ = fetch(
        found(sha256=in_graphs_answer), FILE, file=Media(ID, "image", "image/jpeg", in_the_webhook)
    )
    assert had == (Fetched(JPEG, "image/jpeg") if is_had else ("MediaRefused", "checksum"))


@pytest.mark.parametrize(
    ("in_the_webhook", "in_graphs_answer", "kind", "came"),
    [
        (None, "image/jpeg", "image", Fetched(JPEG, "image/jpeg")),
        (None, None, "image", Fetched(JPEG, "image/jpeg")),
        (
            "image/png",
            "image/jpeg",
            "image",
            Fetched(JPEG, "image/jpeg"),
        ),  # both are let in: the bytes decide
        ("text/html", "image/jpeg", "image", ("MediaRefused", "wrong_type")),
        (None, "text/html", "image", ("MediaRefused", "wrong_type")),
        ("image/jpeg", None, "audio", ("MediaRefused", "wrong_type")),
        ("image/jpeg", None, "document", Fetched(JPEG, "image/jpeg")),
    ],
)
def test_its_type_is_what_the_bytes_show_if_that_is_let_in(
    in_the_webhook: str | None, in_graphs_answer: str | None, kind: str, came: Any
) -> None:
    said = found(mime_type=in_graphs_answer)
    assert fetch(said, FILE, file=Media(ID, kind, in_the_webhook, IN_A_WEBHOOK))[0] == came


@pytest.mark.parametrize(
    "ref", ["", " ", "../me", "a/b", "1?x=1", "1#", "%2e%2e", "https://evil.example", "x" * 129, "ñ", "1\n"]
)
def test_an_id_that_could_be_a_path_is_never_asked_for(ref: str) -> None:
    assert fetch(found(), file=Media(ref, "image")) == (("MediaRefused", "bad_reference"), [])


@pytest.mark.parametrize("token", ["", "two words", "ñ", "a\r\nX: b"])
def test_a_token_that_cannot_stand_in_a_request_is_not_the_files_fault(token: str) -> None:
    assert fetch(found(), token=token) == (("MediaAway", "token_unusable"), [])


def test_the_channel_hands_its_own_settings_on(tmp_path: Any) -> None:
    async def run() -> tuple[Fetched, list[Asked]]:
        async with vendor(found(), FILE, path="/v25.0") as graph:
            settings = load({"LINEA_DATA_DIR": str(tmp_path), "LINEA_GRAPH_URL": graph.url + "/"})
            async with httpx.AsyncClient(verify=TLS) as client:
                return await WhatsApp(settings, client).fetch(PHOTO, 1000), graph.requests

    had, (asked, _) = asyncio.run(run())
    assert had == Fetched(JPEG, "image/jpeg")
    assert asked.line == f"GET /v25.0/{ID}?phone_number_id={NUMBER_ID} HTTP/1.1"
