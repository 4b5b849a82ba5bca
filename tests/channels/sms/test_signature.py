"""Only what Twilio signed is Twilio's, blank parameters and repeated names included."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
import subprocess
import sys
from urllib.parse import urlencode

import pytest

from linea.channels.sms import signature

URL = "https://linea.example.org/webhooks/twilio/messages"
TOKEN = "un-secreto-de-twilio"
FORM = [
    ("ToCountry", "PE"),
    ("ToState", ""),
    ("Body", "¿Dónde hago la prueba? 1+1=2 & más"),
    ("FromCity", ""),
    ("MessageSid", "SM" + "0" * 32),
]


def sign(url: str, form: list[tuple[str, str]], token: str = TOKEN) -> str:
    """As Twilio's page says it is done, written out a second time."""
    joined = url + "".join(name + value for name, value in sorted(set(form)))
    return base64.b64encode(hmac.new(token.encode(), joined.encode(), hashlib.sha1).digest()).decode()


def test_the_example_of_twilios_own_libraries_is_valid() -> None:
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    given = ["RSOYDt4T1cUTdK1PDd93/VVr8B8="]
    assert signature.valid(url, list(form.items()), given, "12345")
    assert not signature.valid(url, list(form.items()), given, "12346")


def test_a_form_as_it_comes_over_the_wire_is_valid_with_its_blank_parameters() -> None:
    found = signature.pairs(urlencode(FORM).encode())
    assert found == FORM
    assert signature.valid(URL, found, [sign(URL, FORM)], TOKEN)
    told = [(name, value) for name, value in FORM if value]
    assert not signature.valid(URL, told, [sign(URL, FORM)], TOKEN)


def test_a_name_that_comes_several_times_is_signed_with_each_of_its_values_once_and_in_order() -> None:
    form = [("A", "2"), ("A", "1"), ("B", "x"), ("A", "2")]
    assert signature.valid(URL, form, [sign(URL, form)], TOKEN)
    joined = f"{URL}A1A2Bx".encode()
    by_hand = base64.b64encode(hmac.new(TOKEN.encode(), joined, hashlib.sha1).digest()).decode()
    assert signature.valid(URL, form, [by_hand], TOKEN)


@pytest.mark.parametrize(
    ("signed", "configured"),
    [
        ("https://linea.example.org:443/x?o=1", "https://linea.example.org/x?o=1"),
        ("https://linea.example.org/x?o=1", "https://linea.example.org:8443/x?o=1"),
        ("https://linea.example.org:8443/x?o=1", "https://linea.example.org:8443/x?o=1"),
        ("http://127.0.0.1:8000/x", "http://127.0.0.1:8000/x"),
    ],
)
def test_twilio_signs_the_address_with_its_port_or_without(signed: str, configured: str) -> None:
    assert signature.valid(configured, FORM, [sign(signed, FORM)], TOKEN)


@pytest.mark.parametrize(
    "url", [URL + "?o=1", URL + "/", URL.replace("https", "http"), URL.replace("linea.", "otra."), ""]
)
def test_another_address_is_another_signature(url: str) -> None:
    assert not signature.valid(url, FORM, [sign(URL, FORM)], TOKEN)


GOOD = sign(URL, FORM)


@pytest.mark.parametrize(
    "values",
    [
        [],
        [""],
        [GOOD, GOOD],
        [GOOD + "="],
        [GOOD[:-1]],
        [" " + GOOD],
        [GOOD + "\n"],
        [GOOD.lower()],
        ["ñ" * 27 + "="],
        [base64.b64encode(hashlib.sha256(b"").digest()).decode()],
        [sign(URL, FORM, "otro")],
        [sign(URL, FORM, "")],
    ],
)
def test_any_other_header_is_refused(values: list[str]) -> None:
    assert not signature.valid(URL, FORM, values, TOKEN)


@pytest.mark.parametrize("token", ["", " ", "\t"])
def test_a_blank_token_lets_nobody_in(token: str) -> None:
    assert not signature.valid(URL, FORM, [sign(URL, FORM, token)], token)


def test_two_thousand_changed_bodies_are_all_refused() -> None:
    seed = random.randrange(2**32)
    chance, raw = random.Random(seed), urlencode(FORM).encode()
    refused = 0
    for _ in range(2000):
        changed = bytearray(raw)
        changed[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        found = signature.pairs(bytes(changed))
        if sorted(set(found)) == sorted(set(FORM)):  # such as %3f for %3F: the same form
            continue
        refused += 1
        assert not signature.valid(URL, found, [GOOD], TOKEN), f"seed {seed}"
    assert refused > 1500, f"seed {seed}"


@pytest.mark.parametrize(
    "raw", [b"", b"&&&", b"=", b"%", b"a=%ff%fe", b"\xff=\x00", b"a=%ED%A0%80", b"a=b;c=d", b"&" * 65536]
)
def test_whatever_the_bytes_nothing_raises(raw: bytes) -> None:
    assert not signature.valid(URL, signature.pairs(raw), [GOOD], TOKEN)


def test_twilios_validator_brings_no_http_client_and_no_pydantic_into_the_web_process() -> None:
    heavy = {"requests", "aiohttp", "pydantic", "rasa", "jwt"}
    look = f"import sys, linea.web; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout.strip()) == (0, "set()")
