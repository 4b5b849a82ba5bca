"""Only what Meta signed gets in, and only Meta learns that the address is ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from linea.channels.whatsapp import signature

PAYLOADS = Path(__file__).parent / "payloads"
SECRET = "5f4dcc3b5aa765d61d8327deb882cf99"
NEXT_SECRET = "e10adc3949ba59abbe56e057f20f883e"
BODY = (PAYLOADS / "text_escaped_unicode.json").read_bytes()


def sign(raw: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


GOOD = sign(BODY)


def test_an_escaped_unicode_body_is_accepted_as_its_raw_bytes() -> None:
    assert b"\\u00f1" in BODY
    assert b"\\/" in BODY
    assert signature.valid(BODY, [GOOD], [SECRET])


def test_the_same_json_written_otherwise_is_refused() -> None:
    assert not signature.valid(json.dumps(json.loads(BODY)).encode(), [GOOD], [SECRET])


@pytest.mark.parametrize("secrets", [[SECRET, NEXT_SECRET], [NEXT_SECRET, SECRET], ["", SECRET]])
def test_any_secret_of_a_rotation_is_enough(secrets: list[str]) -> None:
    assert signature.valid(BODY, [GOOD], secrets)


def test_upper_case_hexadecimal_is_the_same_signature() -> None:
    assert signature.valid(BODY, ["sha256=" + GOOD[7:].upper()], [SECRET])


def test_a_secret_outside_ascii_works() -> None:
    assert signature.valid(BODY, [sign(BODY, "contraseña")], ["contraseña"])


@pytest.mark.parametrize("blank", ["", " ", "\n"])
def test_a_blank_secret_signs_nothing(blank: str) -> None:
    assert not signature.valid(BODY, [sign(BODY, blank)], [blank])


@pytest.mark.parametrize("secrets", [[], [NEXT_SECRET], [SECRET[:-1]], [SECRET + " "]])
def test_without_the_right_secret_nothing_is_valid(secrets: list[str]) -> None:
    assert signature.well_formed([GOOD])
    assert not signature.valid(BODY, [GOOD], secrets)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [GOOD, GOOD],
        [GOOD + ", " + GOOD],
        [GOOD + "\n"],
        [" " + GOOD],
        [GOOD.upper()],
        [GOOD[7:]],
        [GOOD.replace("sha256", "sha1")],
        ["sha1=" + hmac.new(SECRET.encode(), BODY, hashlib.sha1).hexdigest()],
        ["sha256=" + base64.b64encode(bytes.fromhex(GOOD[7:])).decode()],
        [GOOD[:-1]],
        [GOOD + "0"],
        [GOOD[:-1] + "é"],
        ["sha256=" + "٣" * 64],
        [""],
    ],
)
def test_a_header_of_another_shape_is_refused_before_the_body_is_read(headers: list[str]) -> None:
    assert not signature.well_formed(headers)
    assert not signature.valid(BODY, headers, [SECRET])


def mutations(count: int) -> Iterator[tuple[bytes, str]]:
    """Bodies and headers that differ from the signed pair in more than the case of a hex digit."""
    chance = random.Random(20231)
    for number in range(count):
        raw, header = bytearray(BODY), GOOD
        place = chance.randrange(len(raw))
        match number % 6:
            case 0:
                raw[place] ^= 1 << chance.randrange(8)
            case 1:
                raw.insert(place, chance.choice(b" \n\t\r\x00"))
            case 2:
                del raw[place : place + chance.randrange(1, 40)]
            case 3:
                raw += bytes(chance.choices(b" \n\x00}]", k=chance.randrange(1, 9)))
            case 4:
                at = chance.randrange(7, len(header))
                other = chance.choice([c for c in "0123456789abcdef" if c != header[at]])
                header = header[:at] + other + header[at + 1 :]
            case 5:
                at = chance.randrange(len(header))
                header = header[:at] + chance.choice(["", " ", "\x00", "g", "é", "=="]) + header[at + 1 :]
        yield bytes(raw), header


def test_ten_thousand_changes_of_body_or_header_are_all_refused() -> None:
    accepted = [
        (raw, header) for raw, header in mutations(10_000) if signature.valid(raw, [header], [SECRET])
    ]
    assert accepted == []


def call(**changed: str) -> dict[str, str]:
    params = {"hub.mode": "subscribe", "hub.verify_token": "palabra", "hub.challenge": "1158201444"}
    return {**params, **{f"hub.{name}": value for name, value in changed.items()}}


def test_the_challenge_comes_back_to_who_knows_the_word() -> None:
    assert signature.verify_challenge(call(), "palabra") == "1158201444"
    assert signature.verify_challenge(call(challenge="a-Z_9"), "palabra") == "a-Z_9"
    assert signature.verify_challenge(call(challenge="9" * 64), "palabra") == "9" * 64
    assert signature.verify_challenge(call(verify_token="contraseña"), "contraseña") == "1158201444"


@pytest.mark.parametrize(
    "params",
    [
        {},
        call(mode="unsubscribe"),
        call(mode=""),
        call(verify_token="otra"),
        call(verify_token=""),
        call(verify_token="palabra "),
        call(challenge="<script>alert(1)</script>"),
        call(challenge=""),
        call(challenge="9" * 65),
        call(challenge="1158201444\n"),
        call(challenge="٣"),
        {name: value for name, value in call().items() if name != "hub.mode"},
        {name: value for name, value in call().items() if name != "hub.challenge"},
    ],
)
def test_any_other_verification_is_refused(params: dict[str, str]) -> None:
    assert signature.verify_challenge(params, "palabra") is None


@pytest.mark.parametrize("blank", ["", "  "])
def test_without_a_configured_word_nobody_is_verified(blank: str) -> None:
    assert signature.verify_challenge(call(verify_token=blank), blank) is None
