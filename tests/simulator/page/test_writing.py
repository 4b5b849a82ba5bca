"""The page in a real browser: writing, reading, tapping, choosing from a list."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from linea.simulator.changes import Changes
from linea.simulator.ledger import Ledger
from tests.simulator.harness import ROSA, Line, Simulator, text_body
from tests.simulator.page.hands import bubbles, phone, write
from tests.simulator.test_graph import BUTTONS, LIST


def test_a_typed_message_reaches_the_line_and_is_ticked(page: Page, line: Line) -> None:
    write(page, "Rosa", "Hola, ¿hay alguien? 👋")
    assert line.messages(1)[0]["text"]["body"] == "Hola, ¿hay alguien? 👋"
    expect(bubbles(page, "Rosa").locator(".text")).to_have_text("Hola, ¿hay alguien? 👋")
    expect(bubbles(page, "Rosa").locator(".state")).to_have_text("la línea lo recibió")
    expect(bubbles(page, "Yuleisy")).to_have_count(0)


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere(simulator: Simulator) -> None:
    answer = simulator.http.get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    loaded = re.findall(r'(?:src|href)="([^"]*)"', answer.text)
    ready = f"http://127.0.0.1:{simulator.settings.port}/readyz"
    assert [address for address in loaded if not address.startswith(("/static/", "#"))] == [ready, ready]
    assert not re.search(r"<style|<script(?! type=\"module\" src=)| style=| on\w+=", answer.text)


def test_a_sample_question_is_one_tap(page: Page, line: Line) -> None:
    phone(page, "Yuleisy").get_by_role("button", name="¿Dónde me hago la prueba?").click()
    assert line.messages(1)[0]["text"]["body"] == "¿Dónde me hago la prueba?"


def test_the_lines_message_becomes_read(page: Page, simulator: Simulator) -> None:
    simulator.text("Hola, Rosa")
    expect(bubbles(page, "Rosa").locator(".text")).to_have_text("Hola, Rosa")
    expect(bubbles(page, "Rosa").locator(".state")).to_have_text("leído")


def test_who_does_not_look_does_not_read(page: Page, simulator: Simulator) -> None:
    phone(page, "Rosa").get_by_role("button", name="Mirando").click()
    expect(phone(page, "Rosa").get_by_role("button", name="Sin mirar")).to_be_visible()
    simulator.text("Hola, Rosa")
    expect(bubbles(page, "Rosa").locator(".state")).to_have_text("entregado")


def test_a_button_is_tapped(page: Page, simulator: Simulator, line: Line) -> None:
    simulator.send(BUTTONS)
    phone(page, "Rosa").get_by_role("button", name="Sí").click()
    tapped = [m for m in line.messages(4) if m["type"] == "interactive"]
    assert [m["interactive"]["button_reply"]["id"] for m in tapped] == ["a"]
    expect(bubbles(page, "Rosa").last.locator(".quote")).to_have_text("¿Seguimos?")


def test_a_row_of_a_list_is_chosen_with_the_keyboard_alone(
    page: Page, simulator: Simulator, line: Line
) -> None:
    simulator.send(LIST)
    opener = phone(page, "Rosa").get_by_role("button", name="Ver temas")
    opener.press("Enter")
    sheet = phone(page, "Rosa").get_by_role("dialog", name="Ver temas")
    expect(sheet.get_by_role("button", name="Salud Síntomas")).to_be_focused()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(opener).to_be_focused()
    opener.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    chosen = [m for m in line.messages(4) if m["type"] == "interactive"]
    assert [m["interactive"]["list_reply"]["title"] for m in chosen] == ["Dinero"]


def test_what_looks_like_html_is_shown_as_it_was_written(page: Page, simulator: Simulator) -> None:
    evil = "<img src=x onerror=\"document.title='hecho'\"> <script>1</script> &amp;"
    write(page, "Rosa", evil)
    simulator.text(f"*{evil}* javascript:alert(1)")
    expect(bubbles(page, "Rosa").locator(".text")).to_have_text([evil, f"{evil} javascript:alert(1)"])
    expect(bubbles(page, "Rosa").locator("img, script, a")).to_have_count(0)
    expect(bubbles(page, "Rosa").locator("strong")).to_have_text(evil)
    assert page.title() == "Teléfonos de prueba · Línea"


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("llama al *106* ahora", {"strong": ["106"]}),
        ("_muy *urgente*_", {"em": ["muy urgente"], "strong": ["urgente"]}),
        ("2*3*4 y snake_case_name", {"strong": [], "em": []}),
        ("* no * _ no _", {"strong": [], "em": []}),
        ("mira https://www.gob.pe/minsa.", {"a": ["https://www.gob.pe/minsa"]}),
    ],
)
def test_marks_are_shown_as_a_phone_shows_them(
    page: Page, simulator: Simulator, text: str, marked: dict[str, list[str]]
) -> None:
    simulator.text(text)
    expect(bubbles(page, "Rosa")).to_have_count(1)
    for tag, texts in marked.items():
        expect(bubbles(page, "Rosa").locator(f".text {tag}")).to_have_text(texts)


def test_a_line_that_refuses_is_named_under_the_message(page: Page, line: Line) -> None:
    line.otherwise = 503
    write(page, "Rosa", "Hola")
    trouble = bubbles(page, "Rosa").locator(".trouble")
    expect(trouble).to_contain_text("La línea contesta 503; se vuelve a intentar")
    expect(page.locator("#line-state")).to_have_text("La línea contesta 503; se reintenta")
    line.otherwise = 200
    expect(trouble).to_be_hidden()
    expect(page.locator("#line-state")).to_have_text("La línea recibe los mensajes")


def test_a_person_is_added_and_taken_away(page: Page, simulator: Simulator) -> None:
    page.get_by_role("button", name="Añadir persona").click()
    dialog = page.get_by_role("dialog", name="Añadir persona")
    dialog.get_by_label("Nombre").fill("Ana")
    dialog.get_by_label("Número", exact=True).fill("Ana")
    dialog.get_by_role("button", name="Añadir").click()
    expect(dialog.get_by_role("alert")).to_contain_text("no se entiende")
    dialog.get_by_label("Número", exact=True).fill("+58 412 000 0003")
    dialog.get_by_role("button", name="Añadir").click()
    expect(phone(page, "Ana").locator(".number")).to_have_text("+58 412 000 0003")
    phone(page, "Ana").get_by_role("button", name="Quitar el teléfono de Ana").click()
    expect(page.locator(".phone")).to_have_count(2)


def test_a_narrow_screen_shows_one_phone_at_a_time(page: Page, simulator: Simulator) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    expect(phone(page, "Rosa")).to_be_visible()
    expect(phone(page, "Yuleisy")).to_be_hidden()
    page.get_by_role("navigation", name="Personas").get_by_role("button", name="Yuleisy").click()
    expect(phone(page, "Yuleisy")).to_be_visible()
    expect(phone(page, "Rosa")).to_be_hidden()
    page.get_by_role("button", name="Herramientas").click()
    expect(page.get_by_role("switch", name="Fallo del servidor")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("switch", name="Fallo del servidor")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_long_chat_opens_at_its_end(page: Page, simulator: Simulator) -> None:
    ledger = Ledger(simulator.settings.data_dir / "simulator.db", Changes())
    for number in range(500):
        text = f"Mensaje {number}, con *algo* de texto"
        message = {"phone": ROSA, "sender": "line", "type": "text", "text": text, "content": text_body(text)}
        ledger.add_message({**message, "wamid": f"wamid.{number}", "state": "delivered"})
    ledger.close()
    page.reload()
    expect(bubbles(page, "Rosa")).to_have_count(500)
    expect(bubbles(page, "Rosa").last).to_be_in_viewport()
    expect(bubbles(page, "Rosa").last.locator(".text")).to_have_text("Mensaje 499, con algo de texto")
