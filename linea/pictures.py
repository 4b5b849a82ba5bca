"""Pictures as they may be looked at: decoded and drawn anew, so that nothing comes along but what is seen.

A photograph carries where and with what it was taken; a hostile one carries worse.
"""

from __future__ import annotations

import contextlib
import io

from PIL import Image, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")  # no other decoder of the library ever sees the bytes
MOST_PIXELS = 30_000_000  # a good telephone's photograph; some 100 MB while it is drawn anew
JPEG_QUALITY = 90

_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")


class NotAPicture(Exception):
    """It cannot be shown; `reason` is one word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def is_one(content: bytes) -> bool:
    """Whether these bytes begin like a picture of `FORMATS`, whatever they are said to be."""
    return content.startswith(_BEGINNINGS) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP")


def cleaned(content: bytes) -> tuple[bytes, str]:
    """The picture drawn anew, the right way up, and its type: PNG where it was or is see-through, else JPEG.

    Of a moving one the first frame. Raises NotAPicture if it does not decode whole, or is too large
    ("too_many_pixels").
    """
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise NotAPicture("too_many_pixels")
            image: Image.Image = opened
            with contextlib.suppress(Exception):  # which side is up is only said in what may be broken
                image = ImageOps.exif_transpose(opened)
            clear = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
            image = image.convert("RGBA" if clear else "RGB")
            image.info = {}
            drawn = io.BytesIO()
            if clear or opened.format == "PNG":
                image.save(drawn, "PNG")
                return drawn.getvalue(), "image/png"
            image.save(drawn, "JPEG", quality=JPEG_QUALITY)
            return drawn.getvalue(), "image/jpeg"
    except NotAPicture:
        raise
    except Image.DecompressionBombError as error:  # the library's own limit, which comes first
        raise NotAPicture("too_many_pixels") from error
    except Exception as error:  # whatever a hostile file makes a decoder trip over
        raise NotAPicture("does_not_decode") from error
