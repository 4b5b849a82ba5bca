"""Whatever the line says fits WhatsApp's limits, and nothing of it is dropped.

What each kind of body becomes stands in the files of `sent/` (tests/channels/test_outbound.py).
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linea.channels.whatsapp import outbound
from linea.messages import Body, Option, Sender, Template

ROSA = Sender("+51900000001", "PE.111")


def options(count: int, title: str = "Opción {}", description: str | None = None) -> tuple[Option, ...]:
    return tuple(Option(f"o-{number}", title.format(number), description) for number in range(1, count + 1))


def test_without_any_address_nothing_is_built() -> None:
    with pytest.raises(ValueError, match="address"):
        outbound.build(Body("Hola"), Sender(None), "o-1")


@pytest.mark.parametrize("text", ["", "  \n", "a" * 4097, "😀" * 2049])
def test_a_text_whatsapp_would_refuse_is_not_built(text: str) -> None:
    with pytest.raises(ValueError, match="1 to 4096"):
        outbound.build(Body(text), ROSA, "o-1")


def test_a_template_with_what_fills_it_on_one_line() -> None:
    sent = outbound.build_template(Template("aviso", "es", (" ROJO\n ya ", "LUNA-4271")), ROSA, "o-17")
    parameters = [{"type": "text", "text": "ROJO ya"}, {"type": "text", "text": "LUNA-4271"}]
    assert sent == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+51900000001",
        "biz_opaque_callback_data": "o-17",
        "type": "template",
        "template": {
            "name": "aviso",
            "language": {"code": "es"},
            "components": [{"type": "body", "parameters": parameters}],
        },
    }
    bare = outbound.build_template(Template("aviso", "es"), ROSA, "o-17")
    assert bare["template"] == {"name": "aviso", "language": {"code": "es"}}


@pytest.mark.parametrize("value", ["", " \n", "x" * 1025])
def test_a_template_with_a_hole_or_too_much_in_it_is_not_sent(value: str) -> None:
    with pytest.raises(ValueError, match="template"):
        outbound.build_template(Template("aviso", "es", ("ROJO", value)), ROSA, "o-17")


def test_nothing_to_say_is_an_error_and_not_an_empty_message() -> None:
    with pytest.raises(ValueError, match="without a text"):
        outbound.split(Body(" \n"))


@pytest.mark.parametrize(
    ("body", "shown_as"),
    [
        (Body("t"), "text"),
        (Body("t" * 9000), "text"),
        (Body("t", options(1)), "buttons"),
        (Body("t", options(3)), "buttons"),
        (Body("t", options(3), "Ver"), "buttons"),
        (Body("t" * 1024, options(3)), "buttons"),
        (Body("t", options(1, "a" * 20)), "buttons"),
        (Body("t", (Option("i" * 256, "a"),)), "buttons"),
        (Body("t", options(1, "a" * 21)), "numbered"),
        (Body("t", options(1, "a" * 21), "Ver"), "list"),
        (Body("t", options(1, "a" * 24), "Ver"), "list"),
        (Body("t", options(1, "a" * 25), "Ver"), "numbered"),
        (Body("t", options(1, "😀" * 10)), "buttons"),
        (Body("t", options(1, "😀" * 11)), "numbered"),
        (Body("t", options(2, description="d" * 72), "Ver"), "list"),
        (Body("t", options(2, description="d" * 72)), "numbered"),
        (Body("t", options(2, description="d" * 73), "Ver"), "numbered"),
        (Body("t", (Option("i" * 200, "a" * 24),), "Ver"), "list"),
        (Body("t", (Option("i" * 201, "a" * 24),), "Ver"), "numbered"),
        (Body("t", (Option("i" * 257, "a"),), "Ver"), "numbered"),
        (Body("t", options(4)), "numbered"),
        (Body("t", options(4), " "), "numbered"),
        (Body("t", options(4), "v" * 20), "list"),
        (Body("t", options(4), "v" * 21), "numbered"),
        (Body("t", options(10), "Ver"), "list"),
        (Body("t" * 1024, options(10), "Ver"), "list"),
        (Body("t" * 1025, options(10), "Ver"), "numbered"),
        (Body("t" * 1025, options(3)), "numbered"),
        (Body("t", options(11), "Ver"), "numbered"),
        (Body("", options(3)), "numbered"),
        (Body("t", (Option("a", "Sí"), Option("a", "No"))), "numbered"),
        (Body("t", (Option("a", "Sí"), Option("b", "sí "))), "numbered"),
        (Body("t", (Option("a", " "),)), "numbered"),
        (Body("t", (Option("", "Sí"),)), "numbered"),
    ],
)
def test_form(body: Body, shown_as: str) -> None:
    assert outbound.form(body) == shown_as


LONG = "Una frase de relleno para llegar lejos. " * 40  # 1,600 characters


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        (Body("Hola"), [Body("Hola")]),
        (Body("t" * 4096), [Body("t" * 4096)]),
        (Body("t" * 4097), [Body("t" * 4096), Body("t")]),
        (Body("a" * 3000 + "\n\n" + "b" * 3000), [Body("a" * 3000), Body("b" * 3000)]),
        (Body("a" * 3000 + "\n" + "b" * 3000), [Body("a" * 3000), Body("b" * 3000)]),
        (Body("a" * 3000 + ". " + "b" * 3000), [Body("a" * 3000 + "."), Body("b" * 3000)]),
        (Body("a" * 3000 + " " + "b" * 3000), [Body("a" * 3000), Body("b" * 3000)]),
        (Body("a" * 2500 + "\n\n" + "b" * 1000 + ". " + "c" * 1000), None),
        (
            Body("a" * 1000 + "\n\n" + "b" * 2000 + " " + "c" * 3000),
            [Body("a" * 1000 + "\n\n" + "b" * 2000), Body("c" * 3000)],
        ),
        (Body("a" * 4095 + " " + "b" * 10), [Body("a" * 4095), Body("b" * 10)]),
        (Body("a" * 4096 + " " + "b" * 10), [Body("a" * 4096), Body("b" * 10)]),
        (Body("😀" * 4096), [Body("😀" * 2048), Body("😀" * 2048)]),
        (Body("t", options(3)), [Body("t", options(3))]),
        (Body("Hola\n\n¿Qué necesitas?", options(3)), [Body("Hola\n\n¿Qué necesitas?", options(3))]),
        (Body("t" * 1024, options(3)), [Body("t" * 1024, options(3))]),
        (
            Body(f"{LONG}\n\n¿Te sirvió?", options(2)),
            [Body(LONG.strip()), Body("¿Te sirvió?", options(2))],
        ),
        (
            Body(f"{LONG}\n\n¿Te sirvió?", options(9), "Ver"),
            [Body(LONG.strip()), Body("¿Te sirvió?", options(9), "Ver")],
        ),
        (Body("t", options(11)), [Body("t", options(11))]),
        (Body(LONG, options(11)), [Body(LONG, options(11))]),
        (
            Body("a" * 4000 + "\n\n¿Cuál?", options(11)),
            [Body("a" * 4000), Body("¿Cuál?", options(11))],
        ),
        (Body("", options(2)), [Body("", options(2))]),
    ],
)
def test_split(body: Body, parts: list[Body] | None) -> None:
    expected = parts or [Body("a" * 2500), Body("b" * 1000 + ". " + "c" * 1000)]
    assert outbound.split(body) == expected


def test_options_stay_with_the_last_sentences_of_one_long_paragraph() -> None:
    *before, last = outbound.split(Body(LONG, options(2)))
    assert [part.options for part in before] == [()]
    assert last.options == options(2)
    assert 0 < len(last.text) <= outbound.INTERACTIVE_BODY_MAX
    assert all(part.text.startswith("Una frase") and part.text.endswith(".") for part in [*before, last])


def test_options_too_many_for_any_message_are_all_written_out() -> None:
    parts = outbound.split(Body("Elige", options(300, "Una opción con nombre largo, número {}")))
    written = "\n".join(part.text for part in parts)
    assert all(f"{n}. Una opción con nombre largo, número {n}" in written for n in range(1, 301))
    assert all(outbound.build(part, ROSA, "o")["type"] == "text" for part in parts)


TEXTS = st.one_of(
    st.text(max_size=80),
    st.text(alphabet="ab ñ😀.\n", max_size=400).map(lambda text: text * 30),
)
OPTIONS = st.lists(
    st.builds(
        Option, st.text(min_size=1, max_size=9), st.text(max_size=30), st.none() | st.text(max_size=90)
    ),
    max_size=13,
).map(tuple)


@settings(max_examples=200, deadline=None)
@given(TEXTS, OPTIONS, st.none() | st.text(max_size=25))
def test_nothing_is_dropped_and_every_part_fits(
    text: str, offered: tuple[Option, ...], label: str | None
) -> None:
    body = Body(text, offered, label)
    if not text.strip() and not offered:
        return
    parts = outbound.split(body)
    sent = [outbound.build(part, ROSA, "o-1") for part in parts]
    shown = "".join(_letters(_everything(request)) for request in sent)
    assert shown.startswith(_letters(text))
    rest = shown[len(_letters(text)) :]
    for option in offered:
        assert _letters(option.title) in rest
        assert _letters(option.description or "") in rest
    assert all(_within_limits(request) for request in sent)


def _letters(text: str) -> str:
    return re.sub(r"\s", "", text)


def _everything(request: dict[str, Any]) -> str:
    if request["type"] == "text":
        return str(request["text"]["body"])
    interactive = request["interactive"]
    replies = [button["reply"] for button in interactive["action"].get("buttons", [])]
    rows = [row for section in interactive["action"].get("sections", []) for row in section["rows"]]
    words = [part for row in replies + rows for part in (row["title"], row.get("description", ""))]
    return "\n".join([interactive["body"]["text"], *words])


def _within_limits(request: dict[str, Any]) -> bool:
    if request["type"] == "text":
        return 0 < _units(request["text"]["body"]) <= 4096
    interactive = request["interactive"]
    fits = 0 < _units(interactive["body"]["text"]) <= 1024
    if interactive["type"] == "button":
        replies = [button["reply"] for button in interactive["action"]["buttons"]]
        return fits and 0 < len(replies) <= 3 and all(0 < _units(reply["title"]) <= 20 for reply in replies)
    (section,) = interactive["action"]["sections"]
    return (
        fits
        and 0 < _units(interactive["action"]["button"]) <= 20
        and 0 < len(section["rows"]) <= 10
        and all(0 < _units(row["title"]) <= 24 for row in section["rows"])
        and all(_units(row.get("description", "")) <= 72 for row in section["rows"])
    )


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
