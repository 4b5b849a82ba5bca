"""Which files are let in, told by their first bytes and not by what they are said to be."""

from __future__ import annotations

import re

from linea.channels.download import MediaRefused

# What Meta accepts from people, and what telephones put into MMS.
# https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#supported-media-types
_IMAGES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif", "image/heic"})
_SOUNDS = frozenset(f"audio/{kind}" for kind in ("aac", "amr", "mpeg", "mp4", "ogg", "wav", "3gpp"))
_FILMS = frozenset({"video/mp4", "video/3gpp"})
# Old Office files are not let in: they can hold programs, and so can new ones with macros.
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_OPEN = frozenset(
    f"application/vnd.oasis.opendocument.{kind}" for kind in ("text", "spreadsheet", "presentation")
)
_PAPERS = frozenset({"application/pdf", "text/plain", _WORD, _EXCEL, _SLIDES, *_OPEN})

ALLOWED: dict[str, frozenset[str]] = {
    "image": _IMAGES,
    "sticker": frozenset({"image/webp"}),
    "audio": _SOUNDS,
    "video": _FILMS,
    "document": _PAPERS | _IMAGES | _SOUNDS | _FILMS,
}

# Other names of the same things, and those that say nothing.
_ALSO = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/heif": "image/heic",
    "audio/mp3": "audio/mpeg",
    "audio/m4a": "audio/mp4",
    "audio/x-m4a": "audio/mp4",
    "audio/opus": "audio/ogg",
    "application/ogg": "audio/ogg",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/aacp": "audio/aac",
    "audio/x-aac": "audio/aac",
    "video/3gp": "video/3gpp",
    "text/csv": "text/plain",
    "text/vcard": "text/plain",
    "text/x-vcard": "text/plain",
    "application/csv": "text/plain",
}
_SAYS_NOTHING = frozenset({"", "application/octet-stream", "binary/octet-stream"})

_BEGINNINGS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"OggS", "audio/ogg"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
    (b"%PDF-", "application/pdf"),
)
_INSIDE_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_INSIDE_ZIP = ((b"word/", _WORD), (b"xl/", _EXCEL), (b"ppt/", _SLIDES))
_PROGRAM = (b"vbaProject", b"activeX/", b"oleObject", b"Basic/")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_MARKUP = re.compile(rb"<(?:!doctype|\?xml|html|head|body|svg|script|iframe)", re.IGNORECASE)


def checked(kind: str, declared: str | None, content: bytes) -> str:
    """The type that the bytes show, if both it and the declared one are let in for this kind of file.

    `kind` is one of ours (`messages.Media.type`); a declared type that says nothing is passed over.
    Raises MediaRefused ("empty", "wrong_type").
    """
    if not content:
        raise MediaRefused("empty")
    allowed = ALLOWED.get(kind, frozenset())
    said = (declared or "").partition(";")[0].strip().lower()
    if said not in _SAYS_NOTHING and _ALSO.get(said, said) not in allowed:
        raise MediaRefused("wrong_type")
    found = _shown(content, kind)
    if found not in allowed:
        raise MediaRefused("wrong_type")
    return found


def _shown(content: bytes, kind: str) -> str:
    """The type by the file's own marks; "" for none that is known."""
    for beginning, mime in _BEGINNINGS:
        if content.startswith(beginning):
            return mime
    if content.startswith(b"RIFF"):
        return _INSIDE_RIFF.get(content[8:12], "")
    if content[4:8] == b"ftyp":
        return _brand(content[8:12], kind)
    if content[0] == 0xFF and content[1:2] and content[1] & 0xE0 == 0xE0:  # the start of a frame of sound
        return "audio/aac" if content[1] & 0x06 == 0 else "audio/mpeg"
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    return "text/plain" if _plain(content) else ""


def _brand(brand: bytes, kind: str) -> str:
    """Sound and film share one container; its brand seldom tells which, so the kind does."""
    if brand.lower().startswith((b"hei", b"hev", b"mif", b"msf")):
        return "image/heic"
    medium = "audio" if kind == "audio" or brand.startswith(b"M4A") else "video"
    return f"{medium}/{'3gpp' if brand.startswith(b'3g') else 'mp4'}"


def _office(content: bytes) -> str:
    if any(program in content for program in _PROGRAM):
        return ""
    start = content[30:200]  # OpenDocument writes its own type first, uncompressed
    for mime in _OPEN:
        if start.startswith(b"mimetype" + mime.encode()):
            return mime
    if b"[Content_Types].xml" not in content:
        return ""
    return next((mime for inside, mime in _INSIDE_ZIP if inside in content), "")


def _plain(content: bytes) -> bool:
    """Whether it is text, in UTF-8 or an older form, without markup that a browser would run."""
    return not _CONTROL.search(content) and not _MARKUP.search(content[:4096])
