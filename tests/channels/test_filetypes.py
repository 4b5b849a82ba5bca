"""A file is let in by what its first bytes show, and only for the kind of message it came with."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linea.channels import filetypes
from linea.channels.download import MediaRefused
from linea.channels.filetypes import ALLOWED


def office(*names: str, mimetype: bytes | None = None, more: bytes = b"") -> bytes:
    """A document of an office program: a ZIP file with these names inside."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        if mimetype is not None:
            file.writestr("mimetype", mimetype)
        for name in names:
            file.writestr(name, b"x")
    return written.getvalue() + more


TYPES = "[Content_Types].xml"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
OPEN_TEXT = "application/vnd.oasis.opendocument.text"

SAMPLES: dict[str, bytes] = {
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "image/png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "image/gif": b"GIF89a\x01\x00",
    "image/webp": b"RIFF\x10\x00\x00\x00WEBPVP8 ",
    "image/heic": b"\x00\x00\x00\x18ftypheic",
    "audio/ogg": b"OggS\x00\x02",
    "audio/amr": b"#!AMR\n<\x91\x17",
    "audio/mpeg": b"ID3\x03\x00",
    "audio/aac": b"\xff\xf1\x50\x80",
    "audio/wav": b"RIFF\x10\x00\x00\x00WAVEfmt ",
    "audio/mp4": b"\x00\x00\x00\x1cftypM4A \x00",
    "video/mp4": b"\x00\x00\x00\x18ftypisom\x00",
    "video/3gpp": b"\x00\x00\x00\x18ftyp3gp5\x00",
    "application/pdf": b"%PDF-1.7\n%\xe2\xe3",
    "text/plain": "Nombre;Teléfono\nAna;—".encode(),
    WORD: office(TYPES, "word/document.xml"),
    EXCEL: office(TYPES, "xl/workbook.xml"),
    SLIDES: office(TYPES, "ppt/presentation.xml"),
    OPEN_TEXT: office("content.xml", mimetype=OPEN_TEXT.encode()),
}
PROGRAMS: dict[str, bytes] = {
    "an empty file": b"",
    "a program of Windows": b"MZ\x90\x00\x03",
    "a program of Linux": b"\x7fELF\x02\x01",
    "a program of Android": office("AndroidManifest.xml", "classes.dex"),
    "a Java archive": office("META-INF/MANIFEST.MF"),
    "a plain ZIP file": office("a.txt"),
    "another archive": b"Rar!\x1a\x07\x01\x00",
    "a page": b"<!DOCTYPE html><html><script>alert(1)</script>",
    "a page after some text": b"hola\n" * 100 + b"<script>",
    "a drawing with a program": b'<?xml version="1.0"?><svg onload="alert(1)">',
    "a script of a shell": b"#!/bin/sh\nrm -rf /\x00",
    "a Word file of old": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "a Word file with macros": office(TYPES, "word/document.xml", "word/vbaProject.bin"),
    "an Excel file with a control": office(TYPES, "xl/workbook.xml", "xl/activeX/activeX1.xml"),
    "an open document with macros": office("Basic/Standard/x.xml", mimetype=OPEN_TEXT.encode()),
    "an open document that lies": office("content.xml", mimetype=b"application/x-thing"),
    "bytes of nothing": bytes(range(256)),
}


def kinds(mime: str) -> set[str]:
    return {kind for kind, allowed in ALLOWED.items() if mime in allowed}


def shown(kind: str, declared: str | None, content: bytes) -> str | None:
    """The type, or None if it is not let in."""
    try:
        return filetypes.checked(kind, declared, content)
    except MediaRefused:
        return None


def test_there_is_a_sample_of_nearly_everything_that_is_let_in() -> None:
    missing = set().union(*ALLOWED.values()) - set(SAMPLES)
    assert {mime for mime in missing if not mime.startswith("application/vnd.oasis")} == {"audio/3gpp"}


@pytest.mark.parametrize("mime", SAMPLES)
@pytest.mark.parametrize("kind", ALLOWED)
def test_a_sample_is_let_in_for_its_kinds_and_no_other(kind: str, mime: str) -> None:
    found = shown(kind, mime, SAMPLES[mime])
    assert found == (mime if kind in kinds(mime) else None)


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("kind", ALLOWED)
def test_what_can_run_or_is_unknown_is_refused_whatever_it_is_said_to_be(kind: str, name: str) -> None:
    for declared in (None, "application/octet-stream", *SAMPLES):
        assert shown(kind, declared, PROGRAMS[name]) is None


@pytest.mark.parametrize(
    ("kind", "declared", "mime", "found"),
    [
        ("image", "image/jpg", "image/jpeg", "image/jpeg"),
        ("image", "IMAGE/JPEG; a=b", "image/jpeg", "image/jpeg"),
        ("image", "image/png", "image/jpeg", "image/jpeg"),
        ("image", "application/octet-stream", "image/jpeg", "image/jpeg"),
        ("image", "", "image/jpeg", "image/jpeg"),
        ("image", "image/svg+xml", "image/jpeg", None),
        ("image", "text/html", "image/jpeg", None),
        ("image", "application/pdf", "image/jpeg", None),
        ("image", "image/jpeg", "application/pdf", None),
        ("audio", "audio/ogg; codecs=opus", "audio/ogg", "audio/ogg"),
        ("audio", "audio/opus", "audio/ogg", "audio/ogg"),
        ("audio", "audio/mp4", "video/mp4", "audio/mp4"),
        ("audio", "audio/3gpp", "video/3gpp", "audio/3gpp"),
        ("video", "video/mp4", "video/mp4", "video/mp4"),
        ("video", "audio/mp4", "video/mp4", None),
        ("document", "text/csv", "text/plain", "text/plain"),
        ("document", "text/x-vcard", "text/plain", "text/plain"),
        ("document", "application/msword", WORD, None),
        ("document", WORD, EXCEL, EXCEL),
        ("sticker", "image/webp", "image/webp", "image/webp"),
        ("sticker", "image/png", "image/png", None),
        ("hologram", None, "image/jpeg", None),
    ],
)
def test_what_it_is_said_to_be_must_be_let_in_too(
    kind: str, declared: str, mime: str, found: str | None
) -> None:
    assert shown(kind, declared, SAMPLES[mime]) == found


@pytest.mark.parametrize(("content", "reason"), [(b"", "empty"), (b"MZ\x90\x00", "wrong_type")])
def test_the_reason_is_one_word(content: bytes, reason: str) -> None:
    with pytest.raises(MediaRefused) as refused:
        filetypes.checked("document", None, content)
    assert refused.value.reason == reason


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(ALLOWED)), st.none() | st.text(max_size=40), st.binary(max_size=400))
def test_whatever_the_bytes_the_answer_is_a_type_that_is_let_in_or_a_refusal(
    kind: str, declared: str | None, content: bytes
) -> None:
    found = shown(kind, declared, content)
    assert found is None or found in ALLOWED[kind]
