"""One spelling for everything that reads a message: case, accents, stretched letters, chat short forms."""

from __future__ import annotations

import re
import unicodedata

_KEEP_TILDE = "\u0303"  # ñ is a letter of its own ("año", "ano"), every other mark goes
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_STRETCHED = re.compile(r"([a-zñ])\1{2,}")
_DOUBLED = re.compile(r"([abdefghijkmnopqstuvwxyzñ])\1+")  # Spanish doubles only c, l and r
# An emoji is a word of its own: "👍" is a yes. Skin tones and joiners are not.
_WORD = re.compile(r"[a-zñ]+|\d+|[\u2600-\u27bf\U0001f300-\U0001f3fa\U0001f400-\U0001faff]")
_LEADING_SLASH = re.compile(
    r"^[\s\u0000-\u0020\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]*[/\uff0f\u2044\u2215]+"
)

# What people type on a phone, and what they mean; words that could mean two things stay as they are.
SHORT_FORMS = {
    "q": "que", "k": "que", "ke": "que", "qe": "que", "xq": "porque", "xk": "porque", "pq": "porque",
    "porq": "porque", "x": "por", "xfa": "por favor", "xfavor": "por favor", "porfa": "por favor",
    "porfis": "por favor", "d": "de", "dnd": "donde", "dnde": "donde", "tb": "tambien", "tmb": "tambien",
    "tbn": "tambien", "bn": "bien", "grax": "gracias", "grasias": "gracias", "ola": "hola",
    "toy": "estoy", "tngo": "tengo", "kiero": "quiero", "qiero": "quiero", "kien": "quien",
    "m": "me", "t": "te", "s": "es", "cmo": "como", "kmo": "como", "komo": "como", "cuanto": "cuanto",
    "wsp": "whatsapp", "wasap": "whatsapp", "whatsap": "whatsapp", "guasap": "whatsapp",
    "aki": "aqui", "ay": "hay", "aser": "hacer", "asen": "hacen", "ago": "hago", "boi": "voy",
}  # fmt: skip


def plain(text: str) -> str:
    """Lower case, without accents (ñ stays), invisible marks or stretched letters: "¡HolAAA!" → "¡hola!"."""
    compatible = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).lower()
    marked = unicodedata.normalize("NFD", compatible)
    kept = "".join(c for i, c in enumerate(marked) if not unicodedata.combining(c) or _is_enye(marked, i))
    return _DOUBLED.sub(r"\1", _STRETCHED.sub(r"\1", unicodedata.normalize("NFC", kept)))


def words(text: str) -> list[str]:
    """The words, numbers and emojis of a message in plain spelling, short forms written out."""
    found = _WORD.findall(plain(text))
    return " ".join(SHORT_FORMS.get(word, word) for word in found).split()


def without_command_mark(text: str) -> str:
    """The text with its leading slash made a harmless one: Rasa runs `/restart` from anybody who types it."""
    return _LEADING_SLASH.sub("／", text)


def _is_enye(text: str, index: int) -> bool:
    return text[index] == _KEEP_TILDE and index > 0 and text[index - 1] == "n"
