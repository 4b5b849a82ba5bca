"""What is no plain text, in a real browser: files, places, marks on a message, SMS, other numbers."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.simulator.harness import ROSA, YULEISY, Line, Simulator
from tests.simulator.page.hands import attach, bubbles, channel, happens, menu, phone, write


def loaded(picture: Locator) -> None:
    """Wait until a picture is really there."""
    expect(picture).to_have_js_property("complete", True)
    expect(picture).not_to_have_js_property("naturalWidth", 0)


def test_a_photo_is_sent_with_the_words_in_the_field_and_shown(page: Page, line: Line) -> None:
    phone(page, "Rosa").get_by_label("Escribir como Rosa").fill("mira mi receta")
    attach(page, "Rosa", "Foto")
    (message,) = line.messages(1)
    assert (message["type"], message["image"]["caption"]) == ("image", "mira mi receta")
    expect(bubbles(page, "Rosa").locator(".text")).to_have_text("mira mi receta")
    loaded(bubbles(page, "Rosa").get_by_role("img", name="Foto: mira mi receta"))
    expect(phone(page, "Rosa").get_by_label("Escribir como Rosa")).to_have_value("")


def test_a_voice_note_can_be_heard(page: Page, line: Line) -> None:
    attach(page, "Rosa", "Nota de voz")
    assert line.messages(1)[0]["audio"]["voice"] is True
    note = bubbles(page, "Rosa").locator(".sound")
    note.get_by_role("button", name="Escuchar: Nota de voz").click()
    expect(note.locator("audio")).not_to_have_js_property("currentTime", 0)


def test_a_video_can_be_played(page: Page, line: Line) -> None:
    attach(page, "Rosa", "Video")
    assert line.messages(1)[0]["type"] == "video"
    film = bubbles(page, "Rosa").locator("video")
    expect(film).not_to_have_js_property("readyState", 0)
    expect(film).to_have_js_property("error", None)


@pytest.mark.parametrize(
    ("what", "kind", "shown"),
    [
        ("Documento", "document", "receta.pdf"),
        ("Ubicación", "location", "Plaza San Martín"),
        ("Contacto", "contacts", "María, mi vecina"),
        ("Una encuesta", "unsupported", "WhatsApp no lo entrega: encuesta"),
    ],
)
def test_what_is_no_text_is_sent_and_named(page: Page, line: Line, what: str, kind: str, shown: str) -> None:
    attach(page, "Rosa", what)
    assert line.messages(1)[0]["type"] == kind
    expect(bubbles(page, "Rosa").locator(".content")).to_contain_text(shown)


def test_a_place_is_typed_and_a_wrong_one_keeps_what_was_typed(page: Page, line: Line) -> None:
    attach(page, "Rosa", "Otro lugar")
    dialog = page.get_by_role("dialog", name="Mandar un lugar")
    dialog.get_by_label("Latitud").fill("aquí")
    dialog.get_by_role("button", name="Mandar").click()
    expect(dialog.get_by_role("alert")).to_contain_text("no se entiende")
    dialog.get_by_label("Latitud").fill("-3.57")
    dialog.get_by_role("button", name="Mandar").click()
    expect(dialog).to_be_hidden()
    assert line.messages(1)[0]["location"] == {"latitude": -3.57, "longitude": -77.0428}


def test_ten_pictures_stand_together_as_one_album(page: Page, line: Line) -> None:
    attach(page, "Rosa", "10 fotos")
    assert {message["type"] for message in line.messages(10)} == {"image"}
    expect(phone(page, "Rosa").locator(".album")).to_have_count(1)
    expect(phone(page, "Rosa").locator(".album .bubble")).to_have_count(10)
    loaded(bubbles(page, "Rosa").last.get_by_role("img", name="Foto"))
    page.reload()
    expect(phone(page, "Rosa").locator(".album .bubble")).to_have_count(10)


def test_a_file_of_this_computer_is_sent_as_what_it_is(page: Page, simulator: Simulator, line: Line) -> None:
    note = {"name": "mi nota.txt", "mimeType": "text/plain", "buffer": "año".encode()}
    phone(page, "Rosa").locator(".own-file").set_input_files(note)
    document = line.messages(1)[0]["document"]
    assert document["filename"] == "mi nota.txt"
    assert document["mime_type"].startswith("text/plain")
    link = bubbles(page, "Rosa").get_by_role("link", name="mi nota.txt")
    assert simulator.http.get(str(link.get_attribute("href"))).content == "año".encode()


def test_a_message_is_answered_reacted_to_corrected_and_deleted(
    page: Page, simulator: Simulator, line: Line
) -> None:
    simulator.text("¿Cómo estás?")
    asked = bubbles(page, "Rosa").first
    menu(page, asked, "Responder a este mensaje")
    expect(phone(page, "Rosa").locator(".about")).to_have_text("Respondes a «¿Cómo estás?»×")
    write(page, "Rosa", "biem")
    own = bubbles(page, "Rosa").nth(1)
    expect(own.locator(".quote")).to_have_text("¿Cómo estás?")
    expect(phone(page, "Rosa").locator(".about")).to_be_hidden()

    menu(page, asked, "Reaccionar: gracias")
    expect(asked.locator(".reaction")).to_have_text("🙏")
    menu(page, asked, "Quitar la reacción")
    expect(asked.locator(".reaction")).to_be_hidden()

    menu(page, own, "Corregir")
    expect(phone(page, "Rosa").get_by_label("Escribir como Rosa")).to_have_value("biem")
    write(page, "Rosa", "bien")
    expect(own.locator(".text")).to_have_text("bien")
    expect(own.locator(".note")).to_contain_text("editado")

    menu(page, own, "Borrar para todos")
    expect(own.locator(".text")).to_have_text("Borró este mensaje")
    expect(bubbles(page, "Rosa")).to_have_count(2)
    page.reload()
    expect(bubbles(page, "Rosa")).to_have_count(2)
    sent = [message["type"] for message in line.messages(8)]
    assert sorted(sent) == ["edit", "reaction", "reaction", "revoke", "text"]


def test_a_correction_can_be_dropped(page: Page, line: Line) -> None:
    write(page, "Rosa", "hola")
    menu(page, bubbles(page, "Rosa").first, "Corregir")
    field = phone(page, "Rosa").get_by_label("Escribir como Rosa")
    field.press("Escape")
    expect(field).to_have_value("")
    write(page, "Rosa", "otra cosa")
    expect(bubbles(page, "Rosa").locator(".text")).to_have_text(["hola", "otra cosa"])


def sms(simulator: Simulator, text: str, to: str = ROSA) -> dict[str, Any]:
    """What Twilio answers to an SMS of the line."""
    settings = simulator.settings
    path = f"/twilio/2010-04-01/Accounts/{settings.twilio_account_sid}/Messages.json"
    form = {"To": to, "From": settings.twilio_from, "Body": text}
    login = (settings.twilio_account_sid, settings.twilio_auth_token)
    answer = simulator.http.post(path, data=form, auth=login)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_sms_is_a_chat_of_its_own_and_counts_its_parts(page: Page, simulator: Simulator) -> None:
    write(page, "Rosa", "por WhatsApp")
    channel(page, "Rosa", "SMS")
    expect(bubbles(page, "Rosa").filter(visible=True)).to_have_count(0)
    write(page, "Rosa", "por SMS")
    sms(simulator, "á" * 71)
    shown = bubbles(page, "Rosa").filter(visible=True)
    expect(shown.locator(".text")).to_have_text(["por SMS", "á" * 71])
    expect(shown.locator(".note")).to_have_text(["1 SMS ·", "2 SMS ·"])
    expect(shown.get_by_role("button", name="Más con este mensaje")).to_have_count(0)
    page.reload()
    expect(shown.locator(".text")).to_have_text(["por SMS", "á" * 71])
    channel(page, "Rosa", "WhatsApp")
    expect(shown.locator(".text")).to_have_text("por WhatsApp")


def test_an_sms_that_comes_while_whatsapp_is_shown_is_pointed_at(page: Page, simulator: Simulator) -> None:
    dot = phone(page, "Yuleisy").locator("button.channel[data-channel=sms] .unseen")
    sms(simulator, "Hola", YULEISY)
    expect(dot).to_be_visible()
    channel(page, "Yuleisy", "SMS")
    expect(dot).to_be_hidden()
    expect(bubbles(page, "Yuleisy").filter(visible=True).locator(".text")).to_have_text("Hola")


def test_twilios_own_answer_to_stop_is_not_taken_for_the_lines(page: Page) -> None:
    channel(page, "Rosa", "SMS")
    write(page, "Rosa", "STOP")
    answer = bubbles(page, "Rosa").filter(visible=True).last
    expect(answer.locator(".from")).to_have_text("Lo contesta Twilio, no la línea")
    expect(answer.locator(".text")).to_contain_text("unsubscribed")


def test_by_sms_only_what_an_mms_can_carry_is_offered(page: Page) -> None:
    channel(page, "Rosa", "SMS")
    phone(page, "Rosa").get_by_role("button", name="Adjuntar").click()
    rows = phone(page, "Rosa").get_by_role("dialog", name="Adjuntar").locator(".row")
    expect(rows).to_have_text(["Foto", "Nota de voz", "Tu archivo"])


def test_a_changed_number_keeps_the_phone_and_its_chat(page: Page, line: Line) -> None:
    write(page, "Rosa", "hola")
    happens(page, "Rosa", "Cambió de número")
    dialog = page.get_by_role("dialog", name="Rosa cambió de número")
    dialog.get_by_label("Número nuevo").fill(YULEISY)
    dialog.get_by_role("button", name="Cambiar").click()
    expect(dialog.get_by_role("alert")).to_contain_text("ya es de otra persona")
    dialog.get_by_label("Número nuevo").fill("+58 412 000 0009")
    dialog.get_by_role("button", name="Cambiar").click()
    expect(phone(page, "Rosa").locator(".number")).to_have_text("+58 412 000 0009")
    expect(phone(page, "Rosa").locator(".event")).to_have_text("Cambió de número: +58 412 000 0009")
    expect(page.locator(".phone").first).to_have_attribute("aria-label", "Teléfono de Rosa")
    write(page, "Rosa", "soy yo")
    expect(bubbles(page, "Rosa").locator(".text")).to_have_text(["hola", "soy yo"])
    told = [message["from"] for message in line.messages(3) if message["type"] == "text"]
    assert sorted(told) == ["51987000001", "584120000009"]


@pytest.mark.parametrize(
    ("what", "shown"),
    [
        ("Cambió de aparato", "Cambió de aparato"),
        ("Otro sistema toma el chat", "Otro sistema tomó el chat"),
        ("Otro sistema devuelve el chat", "Otro sistema devolvió el chat"),
    ],
)
def test_what_happens_to_a_chat_stands_between_the_messages(page: Page, what: str, shown: str) -> None:
    happens(page, "Yuleisy", what)
    expect(phone(page, "Yuleisy").locator(".event")).to_have_text(shown)


def test_the_team_answers_from_its_telephone(page: Page, line: Line) -> None:
    happens(page, "Rosa", "Responde desde el teléfono del equipo")
    dialog = page.get_by_role("dialog", name="Responder desde el teléfono del equipo")
    dialog.get_by_label("Mensaje").fill("Soy Carmen")
    dialog.get_by_role("button", name="Enviar").click()
    expect(bubbles(page, "Rosa").locator(".text")).to_have_text("Soy Carmen")
    expect(bubbles(page, "Rosa").locator(".from")).to_have_text("Desde el teléfono del equipo")
    assert line.values(1)[0]["message_echoes"][0]["text"]["body"] == "Soy Carmen"


def test_somebody_goes_on_without_a_number(page: Page, line: Line) -> None:
    happens(page, "Rosa", "La línea deja de ver su número")
    expect(phone(page, "Rosa").locator(".number")).to_contain_text("la línea no lo ve")
    write(page, "Rosa", "hola")
    assert "from" not in line.messages(1)[0]
