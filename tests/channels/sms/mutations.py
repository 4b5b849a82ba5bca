"""Everything that may be wrong with one parameter of a form of Twilio's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import quote_plus, unquote_plus

from linea.channels.sms.signature import pairs
from linea.messages import Parsed
from tests.channels.mutation import Mutation

# Without these there is no message for us; any other may be wrong and the words are read all the same.
NEEDED = re.compile(r"MessageSid|SmsSid|AccountSid|From|To|MessageStatus|SmsStatus")
# Where a message comes from is the same in every file: it is changed in these.
WHOLE = {"text", "mms_album_with_words", "delivered"}
SAME = re.compile(r"(From|To)[A-Z][a-z]+|ApiVersion|SmsMessageSid|NumSegments")
HELD = re.compile(r"Body|MediaUrl[0-9]+")  # what is lost with its own parameter alone

# What a value is replaced by, as it is written on the wire.
REPLACEMENTS = {
    "blank": "",
    "spaces": "+%20%09",
    "huge": quote_plus("ñ") * 2000,
    "NUL": "a%00b%00",
    "no UTF-8": "%FF%FE%F1",
    "half a pair": "%ED%A0%80",
    "broken escape": "%%%G1%",
    "raw bytes": "\xf1\xff",
    "JSON": quote_plus('{"a": [null, 1e999]}'),
    "a number": "9" * 5000,
    "an address": quote_plus("http://169.254.169.254/latest/meta-data"),
}


def of(name: str, raw: bytes, parse: Callable[[bytes], Parsed]) -> Iterator[Mutation]:
    """The form with each of its parameters in turn gone, blank, huge, repeated, renamed or badly written."""
    parts = [part.split("=", 1) for part in raw.decode("latin-1").split("&") if "=" in part]
    form = {key.replace("\x00", ""): value.replace("\x00", "") for key, value in reversed(pairs(raw))}
    held = {key: value for key, value in form.items() if HELD.fullmatch(key) and value.strip()}
    messages = parse(raw).messages
    before = {message.text for message in messages} | {file.ref for each in messages for file in each.media}
    for at, (key, value) in enumerate(parts):
        means = unquote_plus(key).replace("\x00", "")
        if name not in WHOLE and SAME.fullmatch(means):
            continue
        left = frozenset(words for other, words in held.items() if other != means)
        read = frozenset() if NEEDED.fullmatch(means) else left & before
        for how, found in _changed(key, value).items():
            changed = [*parts[:at], *found, *parts[at + 1 :]]
            written = "&".join("=".join(part) for part in changed).encode("latin-1")
            yield Mutation(key, how, written, read, left)


def _changed(key: str, value: str) -> dict[str, list[list[str]]]:
    """What stands in the place of one parameter."""
    replaced = {how: [[key, found]] for how, found in REPLACEMENTS.items()}
    return {
        **replaced,
        "gone": [],
        "without a value": [[key]],
        "repeated before": [[key, "otro"], [key, value]],
        "repeated after": [[key, value], [key, "otro"]],
        "as a list": [[f"{key}[]", value]],
        "in small letters": [[key.lower(), value]],
        "beside semicolons": [[key, f"{value};{key}=otro"]],
    }
