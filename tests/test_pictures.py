"""Of a picture nothing is kept but what is seen, and one that could do harm is not kept at all."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from linea import pictures
from linea.pictures import NotAPicture
from linea.simulator import files

PHOTO = (files.SAMPLES / "photo.jpg").read_bytes()  # it says where it was taken
STICKER = (files.SAMPLES / "sticker.webp").read_bytes()
GPS, ORIENTATION = 0x8825, 0x0112
CANARIES = (b"CANARY", "CANARY".encode("utf-16-le"), b"Exif", b"http://ns.adobe.com", b"-12.0464")


def drawn(mode: str = "RGB", size: tuple[int, int] = (8, 4), format: str = "PNG", **options: Any) -> bytes:
    """A picture of some kind, red at its left."""
    image = Image.new("RGB", size, "white")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    written = io.BytesIO()
    image.convert(mode).save(written, format, **options)
    return written.getvalue()


def exif(orientation: int = 1) -> Image.Exif:
    """What a telephone writes into a photograph: where, with what, which way up."""
    told = Image.Exif()
    told[ORIENTATION] = orientation
    told[0x010F], told[0x9286], told[0x013B] = "CANARY maker", "CANARY comment", "CANARY artist"
    told[GPS] = {1: "S", 2: (12.0, 2.0, 47.0), 3: "W", 4: (77.0, 2.0, 34.0)}
    return told


def xmp_png() -> PngImagePlugin.PngInfo:
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", "CANARY")
    told.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>CANARY -12.0464</x:xmpmeta>")
    return told


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def see_through() -> bytes:
    written = io.BytesIO()
    Image.new("RGBA", (8, 4), (255, 0, 0, 100)).save(written, "WEBP")
    return written.getvalue()


SEE_THROUGH = see_through()
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
TELLING = {
    "the photograph of the simulator": PHOTO,
    "a photograph with EXIF": drawn(format="JPEG", exif=exif()),
    "a photograph with a comment": drawn(format="JPEG", comment=b"CANARY"),
    "a photograph with a profile": drawn(format="JPEG", icc_profile=PROFILE + b"CANARY"),
    "a photograph with something behind it": drawn(format="JPEG") + b"PK\x03\x04CANARY",
    "a picture with text in it": drawn(pnginfo=xmp_png()),
    "a picture with EXIF": drawn(exif=exif()),
    "a sticker with EXIF": drawn("RGBA", format="WEBP", exif=exif(), xmp=b"CANARY"),
    "a moving picture with a comment": drawn("P", format="GIF", comment=b"CANARY"),
    "a picture with something behind it": drawn() + b"CANARY",
}


@pytest.mark.parametrize("name", TELLING)
def test_nothing_comes_along_but_what_is_seen(name: str) -> None:
    content, mime = pictures.cleaned(TELLING[name])
    assert mime in ("image/jpeg", "image/png")
    assert not [canary for canary in CANARIES if canary in content]
    image = opened(content)
    assert dict(image.getexif()) == {}
    assert not {"exif", "icc_profile", "comment", "xmp", "XML:com.adobe.xmp"} & set(image.info)
    assert image.size == opened(TELLING[name]).size


def test_the_sample_of_the_simulator_does_say_where_it_was_taken() -> None:
    assert opened(PHOTO).getexif().get_ifd(GPS)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_it_stands_the_right_way_up_without_saying_so(format: str, orientation: int) -> None:
    content, _ = pictures.cleaned(drawn(size=(80, 40), format=format, exif=exif(orientation)))
    image = opened(content).convert("RGB")
    assert image.size == ((80, 40) if orientation < 5 else (40, 80))
    width, height = image.size
    red = {1: (0, 0), 2: (-1, 0), 3: (-1, 0), 4: (0, 0), 5: (0, 0), 6: (0, 0), 7: (0, -1), 8: (0, -1)}
    corner = tuple(place % side for place, side in zip(red[orientation], (width, height), strict=True))
    level = image.getpixel(corner)
    assert isinstance(level, tuple)
    assert level[0] > 200
    assert level[1] < 60


@pytest.mark.parametrize(
    ("content", "mime"),
    [
        (drawn(format="JPEG"), "image/jpeg"),
        (drawn("L", format="JPEG"), "image/jpeg"),
        (drawn("CMYK", format="JPEG"), "image/jpeg"),
        (drawn(format="WEBP"), "image/jpeg"),
        (drawn("P", format="GIF"), "image/jpeg"),
        (drawn(), "image/png"),
        (drawn("1"), "image/png"),
        (drawn("I"), "image/png"),
        (drawn("P", transparency=0), "image/png"),
        (SEE_THROUGH, "image/png"),
        (drawn("LA"), "image/png"),
        (STICKER, "image/png"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_kind_that_is_known_is_drawn_anew(content: bytes, mime: str) -> None:
    cleaned, found = pictures.cleaned(content)
    assert found == mime
    assert opened(cleaned).size == opened(content).size
    assert pictures.is_one(content)
    assert pictures.is_one(cleaned)


def test_of_a_moving_picture_the_first_frame_is_kept() -> None:
    frames = [Image.new("RGB", (6, 6), colour) for colour in ("red", "green", "blue")]
    written = io.BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:])
    content, _ = pictures.cleaned(written.getvalue())
    image = opened(content)
    assert getattr(image, "n_frames", 1) == 1
    level = image.convert("RGB").getpixel((3, 3))
    assert isinstance(level, tuple)
    assert level[0] > 200 > 60 > level[1]


def png_that_says(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims this size."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    written = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)


@pytest.mark.parametrize("size", [(100_000, 100_000), (2**31 - 1, 1), (6_000, 5_001), (30_000_001, 1)])
def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(NotAPicture) as refused:
        pictures.cleaned(png_that_says(*size))
    assert refused.value.reason == "too_many_pixels"


def foreign(format: str) -> bytes:
    return drawn(format=format)


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"GIF89a", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x00\x00\x00\x00WEBP", b"hola"),
        *(PHOTO[: len(PHOTO) // 2], drawn(size=(200, 100))[:150], STICKER[:-10], PHOTO[:200]),
        *(foreign("BMP"), foreign("TIFF"), foreign("ICO"), foreign("PPM"), foreign("PDF"), foreign("EPS")),
        *(
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"\x00\x00\x00\x18ftypheic",
            b"%!PS-Adobe-3.0 EPSF-3.0",
        ),
        *(png_that_says(0, 5), png_that_says(50, 50)),
    ],
    ids=lambda content: repr(content[:12]),
)
def test_what_does_not_decode_whole_is_no_picture(content: bytes) -> None:
    with pytest.raises(NotAPicture) as refused:
        pictures.cleaned(content)
    assert refused.value.reason == "does_not_decode"


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(TELLING)), st.integers(0, 10_000), st.binary(max_size=8))
def test_a_broken_picture_is_refused_or_clean_and_nothing_else_is_raised(
    name: str, at: int, bytes_: bytes
) -> None:
    whole = TELLING[name]
    at %= len(whole)
    broken = whole[:at] + bytes_ + whole[at + len(bytes_) :]
    try:
        content, _ = pictures.cleaned(broken)
    except NotAPicture:
        return
    assert not [canary for canary in CANARIES if canary in content]
