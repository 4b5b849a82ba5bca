"""The side panel in a real browser: faults, scenes, recordings, the log."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from linea.simulator import faults
from tests.simulator.harness import (
    ROSA,
    YULEISY,
    Line,
    Served,
    Simulator,
    free_socket,
    text_body,
)
from tests.simulator.page.hands import bubbles, channel, phone, write


def test_a_fault_is_switched_on_and_off_in_the_panel(page: Page, simulator: Simulator) -> None:
    switch = page.get_by_role("switch", name="Fallo del servidor")
    switch.click()
    expect(switch).to_be_checked()
    assert simulator.text().status_code == 500
    switch.click()
    expect(switch).not_to_be_checked()
    assert simulator.text().status_code == 200


def test_a_fault_for_once_and_for_one_person(page: Page, simulator: Simulator) -> None:
    page.get_by_label("Para", exact=True).select_option(label="Yuleisy")
    page.get_by_role("button", name="Pasaron más de 24 horas: solo una vez").click()
    expect(page.get_by_role("switch", name="Pasaron más de 24 horas")).to_be_checked()
    assert simulator.text(to=ROSA).status_code == 200
    assert [simulator.text(to=YULEISY).status_code for _ in range(2)] == [400, 200]
    expect(page.get_by_role("switch", name="Pasaron más de 24 horas")).not_to_be_checked()


def test_the_log_shows_what_the_api_saw(page: Page, simulator: Simulator) -> None:
    page.get_by_role("tab", name="Registro").click()
    simulator.text("Con datos")
    simulator.send(text_body(), token="otro")
    entries = page.locator("#calls .entry")
    expect(entries.locator(".badge")).to_have_text(["401", "200"])
    entries.nth(1).locator("summary").click()
    expect(entries.nth(1).locator("pre")).to_contain_text('"body": "Con datos"')


def test_every_fault_of_the_page_exists(simulator: Simulator) -> None:
    offered = re.findall(r'data-kind="([^"]+)"', simulator.http.get("/").text)
    assert len(offered) > 20
    assert set(offered) <= set(faults.KINDS)


def test_faults_stand_in_groups_that_say_how_many_are_on(page: Page, simulator: Simulator) -> None:
    switch = page.get_by_role("switch", name="El enlace ya no vale")
    expect(switch).to_be_hidden()
    group = page.get_by_role("group", name="Qué va mal").get_by_role("button", name="Archivos")
    group.click()
    switch.click()
    expect(group.locator(".count")).to_have_text("1")
    assert [fault["kind"] for fault in simulator.rows("faults")] == ["media_404"]


def test_five_people_write_at_once(page: Page, line: Line) -> None:
    page.get_by_role("tab", name="Escenas").click()
    page.get_by_role("button", name="5 personas escriben a la vez").click()
    expect(page.locator(".phone")).to_have_count(5)
    assert len({message["from"] for message in line.messages(5)}) == 5
    expect(page.locator(".phone .bubble")).to_have_count(5)


def test_several_messages_in_a_row_go_by_the_channel_that_is_shown(page: Page, simulator: Simulator) -> None:
    channel(page, "Yuleisy", "SMS")
    page.get_by_role("tab", name="Escenas").click()
    page.get_by_label("Quién escribe seguido").select_option(label="Yuleisy")
    page.get_by_role("button", name="Escribe 5 mensajes seguidos").click()
    expect(bubbles(page, "Yuleisy")).to_have_count(5)
    assert {row["channel"] for row in simulator.rows("messages")} == {"sms"}


def test_a_conversation_is_recorded_kept_and_repeated(page: Page, simulator: Simulator) -> None:
    write(page, "Rosa", "antes")
    page.get_by_role("tab", name="Escenas").click()
    page.get_by_role("button", name="Grabar", exact=True).click()
    expect(phone(page, "Rosa").get_by_role("img", name="Grabando")).to_be_visible()
    write(page, "Rosa", "hola")
    simulator.text("Soy la línea")
    expect(page.get_by_text("Grabando a Rosa por WhatsApp: 2 mensajes")).to_be_visible()
    page.get_by_text("Ver lo grabado").click()
    expect(page.locator("#recorded")).to_contain_text("Soy la línea")
    expect(page.locator("#recorded")).not_to_contain_text("antes")
    page.get_by_label("Título").fill("Año nuevo: «saludo»")
    page.get_by_role("button", name="Parar y guardar").click()
    expect(phone(page, "Rosa").get_by_role("img", name="Grabando")).to_be_hidden()
    assert [row["name"] for row in simulator.rows("recordings")] == ["ano_nuevo_saludo"]

    page.get_by_role("button", name="Repetir «Año nuevo: «saludo»»").click()
    again = phone(page, "Repetición 1")
    expect(again.locator(".bubble .text")).to_have_text("hola")
    simulator.text("Soy otra cosa", to=str(again.get_attribute("data-phone")))
    steps = page.locator("#replay-steps .step")
    expect(steps).to_have_text(["✓Escribe: hola", "✗La línea: Soy la líneaLlegó: Soy otra cosa"])
    expect(page.locator("#replay-state")).to_have_text("«Año nuevo: «saludo»»: distinto en el paso 2.")


def test_a_recording_in_a_file_is_repeated(page: Page, simulator: Simulator) -> None:
    page.get_by_role("tab", name="Escenas").click()
    text = "title: Saludo\nsteps:\n- send: {text: hola}\n"
    file = {"name": "saludo.yml", "mimeType": "application/yaml", "buffer": text.encode()}
    page.locator("#replay-file").set_input_files(file)
    expect(page.locator("#replay-state")).to_have_text("«saludo.yml»: todo igual.")
    file["buffer"] = b"steps: [{nada: 1}]"
    page.locator("#replay-file").set_input_files(file)
    expect(page.locator("#replay-state")).to_contain_text("No se pudo repetir")


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ({"ready": True, "database": True, "worker": True, "sending": "ok"}, None),
        ({"ready": True, "sending": "halted"}, "La línea detuvo sus envíos"),
        (
            {"ready": False, "rasa": False, "worker": False, "sending": None},
            "falta el trabajador que contesta, el",
        ),
        ("no JSON", None),
    ],
)
def test_the_head_says_what_the_line_says_of_itself(
    browser: BrowserContext, tmp_path: Path, report: Any, said: str | None
) -> None:
    async def ready(request: Request) -> Response:
        return Response(json.dumps(report) if isinstance(report, dict) else report)

    line = Served(Starlette(routes=[Route("/readyz", ready)]), free_socket())
    simulator = Simulator(tmp_path, line.port)
    page = browser.new_page()
    try:
        with page.expect_response("**/line"):
            page.goto(simulator.url)
        notice = page.locator("#line-notice")
        expect(notice).to_contain_text(said) if said else expect(notice).to_be_hidden()
    finally:
        page.close()
        simulator.stop()
        line.stop()


def test_the_head_says_that_the_line_is_off(browser: BrowserContext, tmp_path: Path) -> None:
    nobody = free_socket()
    port = nobody.getsockname()[1]
    nobody.close()
    simulator = Simulator(tmp_path, port)
    page = browser.new_page()
    try:
        page.goto(simulator.url)
        expect(page.locator("#line-notice")).to_contain_text("La línea está apagada")
    finally:
        page.close()
        simulator.stop()
