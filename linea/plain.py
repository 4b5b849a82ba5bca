"""Words as they are compared where only the words count: no capitals, no accents, no marks."""

from __future__ import annotations

import re
import unicodedata


def plain(text: str) -> str:
    """Lower-case letters a-z and figures, words one space apart; "" for what holds none of these."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^0-9a-z]+", " ", bare).split())
