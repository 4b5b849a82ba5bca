"""What operators read of what people send: every kind has its words, and nothing in them is hidden."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linea import describe
from linea.store.models import MediaRow


def file(type: str, **values: Any) -> MediaRow:
    return MediaRow(**{"type": type, "voice": False, "state": "kept", **values})


PHOTO, VOICE, RECIPE = file("image"), file("audio", voice=True), file("document", name="receta.pdf")


@pytest.mark.parametrize(
    ("type", "text", "details", "media", "shown"),
    [
        ("text", "hola", None, [], "hola"),
        ("text", "hola\n¿qué tal?", {}, [], "hola\n¿qué tal?"),
        ("image", "mira mi receta", {"caption_of": "image"}, [PHOTO], "[foto] mira mi receta"),
        ("image", None, {}, [PHOTO], "[foto]"),
        ("audio", None, {}, [VOICE], "[nota de voz]"),
        ("audio", None, {}, [file("audio")], "[audio]"),
        ("video", None, {}, [file("video")], "[video]"),
        ("sticker", None, {}, [file("sticker")], "[sticker]"),
        ("document", None, {}, [RECIPE], "[archivo receta.pdf]"),
        ("document", None, {}, [file("document")], "[archivo]"),
        (
            "document",
            "es esta",
            {},
            [file("document", name="receta.pdf", state="fetched", size=120_400)],
            "[archivo receta.pdf, 120 kB] es esta",
        ),
        ("document", None, {}, [file("document", size=3)], "[archivo, 1 kB]"),
        ("document", None, {}, [file("document", size=2_340_000)], "[archivo, 2.3 MB]"),
        ("sms", "mis fotos", {}, [PHOTO, PHOTO, VOICE], "[2 fotos] [nota de voz] mis fotos"),
        ("image", None, {}, [file("image", state="gone")], "[foto: ya no se puede ver]"),
        ("image", None, {}, [file("image", state="refused")], "[foto: no se pudo abrir]"),
        (
            "document",
            None,
            {},
            [file("document", name="a.pdf", state="refused", reason="too_large")],
            "[archivo a.pdf: demasiado grande para abrirlo aquí]",
        ),
        (
            "image",
            None,
            {"failed": True, "errors": [131052]},
            [],
            "[foto: no llegó bien, hay que pedir que lo envíe otra vez]",
        ),
        ("image", "mira", {"caption_of": "image"}, [], "[foto] mira"),
        (
            "location",
            None,
            {
                "location": {
                    "latitude": -12.05,
                    "longitude": -77.04,
                    "name": "Plaza San Martín",
                    "address": None,
                }
            },
            [],
            "[ubicación -12.05, -77.04 Plaza San Martín]",
        ),
        (
            "location",
            None,
            {"location": {"latitude": 0.0, "longitude": 0.0, "name": "Casa", "address": "Jr. Puno 3"}},
            [],
            "[ubicación 0.0, 0.0 Casa, Jr. Puno 3]",
        ),
        ("location", None, {}, [], "[ubicación]"),
        (
            "contacts",
            None,
            {"contacts": [{"name": "María", "phones": ["+51900000009", "+51900000008"]}]},
            [],
            "[contacto María: +51900000009, +51900000008]",
        ),
        (
            "contacts",
            None,
            {"contacts": [{"name": None, "phones": []}, {"name": "Luis", "phones": ["+519"]}]},
            [],
            "[contacto sin nombre] [contacto Luis: +519]",
        ),
        ("reaction", None, {"reaction": "👍"}, [], "[reaccionó 👍]"),
        ("reaction", None, {"reaction": ""}, [], "[quitó su reacción]"),
        ("edit", "mañana no, hoy", {"edited": True}, [], "[corrigió su mensaje] mañana no, hoy"),
        ("revoke", None, {"removed": True}, [], "[borró un mensaje]"),
        ("text", "lee esto", {"forwarded": True}, [], "[reenviado] lee esto"),
        ("text", "hola", {"group": True}, [], "[en un grupo] hola"),
        (
            "text",
            "quiero ayuda",
            {"referral": {"headline": "Línea gratuita", "body": "Escríbenos", "source": "ad"}},
            [],
            "[llegó por el anuncio «Línea gratuita»] quiero ayuda",
        ),
        ("text", "hola", {"referral": {}}, [], "[llegó por un anuncio] hola"),
        (
            "order",
            None,
            {"products": [{"id": "jabón", "quantity": 2}, {"id": "arroz", "quantity": None}]},
            [],
            "[pedido: 2 × jabón, 1 × arroz]",
        ),
        (
            "interactive",
            None,
            {"form": {"distrito": "Lince", "flow_token": "secreto"}},
            [],
            "[formulario: distrito: Lince]",
        ),
        ("interactive", None, {"form": "{roto"}, [], "[formulario: {roto]"),
        ("unsupported", None, {"errors": [131051]}, [], "[no llegó entero: error 131051]"),
        ("unsupported", None, {}, [], "[algo que WhatsApp no deja ver aquí]"),
        ("interactive", None, {}, [], "[tocó un botón]"),
        ("poll_of_the_future", None, {}, [], "[poll_of_the_future]"),
        (
            "text",
            "sí",
            {"context_summary": "quiere una cita"},
            [],
            "[resumen hecho por una máquina, puede estar mal: quiere una cita] sí",
        ),
        ("text", "hola", {"unknown": "x"}, [], "hola"),
    ],
)
def test_what_was_sent_reads_like_this(
    type: str, text: str | None, details: dict[str, Any] | None, media: list[MediaRow], shown: str
) -> None:
    assert describe.shown(type, text, details, media) == shown


@pytest.mark.parametrize(
    ("hostile", "seen"),
    [
        ("receta\u202efdp.exe", "receta·fdp.exe"),
        ("a\u200bb\u2066c\ufeff", "a·b·c·"),
        ("a\x1b[2Jb\x07", "a·[2Jb·"),
        ("a\rb\tc\u2028d\u00a0e", "a b c d e"),
        ("una\nlínea", "una\nlínea"),
        ("n\x00ada", "n·ada"),
        ("roto\ud800", "roto·"),
        ("\u3164\u115f\u2800", "···"),
        ("t" + "\u0301" * 500, "t" + "\u0301" * 3 + "·"),
        ("cafe\u0301", "cafe\u0301"),
        ("👩\u200d👧 👨🏽\u200d⚕\ufe0f", "👩\u200d👧 👨🏽\u200d⚕\ufe0f"),
        ("pa\u200dz", "pa·z"),
        ("\u200d", "·"),
        ("سلام", "سلام"),
    ],
)
def test_what_would_hide_or_turn_words_round_is_seen(hostile: str, seen: str) -> None:
    assert describe.visible(hostile) == seen


@pytest.mark.parametrize(
    ("details", "media"),
    [
        ({}, [file("document", name="x]\n[nota de voz] [borró un mensaje")]),
        ({"location": {"latitude": 1, "longitude": 2, "name": "x]\n[nota de voz"}}, []),
        ({"contacts": [{"name": "x]\n[nota de voz", "phones": ["]["]}]}, []),
        ({"referral": {"headline": "x]\n[nota de voz"}}, []),
        ({"reaction": "]\n["}, []),
        ({"form": {"]\n[": "]"}}, []),
        ({"products": [{"id": "]\n[", "quantity": "]"}]}, []),
    ],
)
def test_no_name_ends_its_label_and_begins_another(details: dict[str, Any], media: list[MediaRow]) -> None:
    shown = describe.shown("x", None, details, media)
    assert (shown.count("["), shown.count("]"), shown.count("\n")) == (1, 1, 0)


def test_a_name_of_any_length_leaves_the_row_readable() -> None:
    assert len(describe.shown("document", None, {}, [file("document", name="a" * 5000)])) < 250


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = (
    *("caption_of", "location", "contacts", "reaction", "edited", "removed", "forwarded", "failed"),
    *("group", "referral", "products", "form", "errors", "context_summary"),
)


@given(st.text(max_size=10), st.none() | st.text(), st.dictionaries(st.sampled_from(NAMES), JSON))
def test_whatever_came_in_is_shown_with_nothing_hidden(
    type: str, text: str | None, details: dict[str, Any]
) -> None:
    shown = describe.shown(type, text, details)
    hidden = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert not [c for c in shown if unicodedata.category(c) in hidden and c not in "\n\u200d"]
