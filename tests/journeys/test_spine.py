"""From a signed webhook to a message at the Graph API, with real processes and the real model."""

from __future__ import annotations

import signal

from linea.store.models import Conversation, InboxRow, OutboxRow
from tests.journeys.harness import Line, canaries, until


def test_a_question_is_answered_from_the_bank_and_ticks_arrive(line: Line, phone: str) -> None:
    line.writes(phone, "hola buenas, donde me puedo hacer la prueba de covid")
    answer = line.said(phone)[0]
    assert "prueba" in answer["text"].lower()
    line.state_of(answer, "read")
    until(lambda: any(row.state == "read" for row in line.rows(OutboxRow)), "the outbox row becomes read")


def test_the_first_answer_says_that_it_is_automatic(line: Line, phone: str) -> None:
    line.writes(phone, "que mascarilla debo usar")
    texts = " ".join(message["text"] for message in line.said(phone))
    assert "automático" in texts
    line.writes(phone, "y cuantos dias me aislo si doy positivo")
    second = line.said(phone, 2)[-1]["text"]
    assert "automático" not in second


def test_a_greeting_is_answered_with_things_to_tap_and_a_tap_is_understood(line: Line, phone: str) -> None:
    line.writes(phone, "hola")
    greeting = line.said(phone)[0]
    buttons = greeting["content"]["interactive"]["action"]["buttons"]
    menu_button = next(b["reply"] for b in buttons if "persona" not in b["reply"]["title"].lower())
    line.taps(phone, menu_button["id"])
    menu = line.said(phone, 2)[-1]
    rows = [
        row for section in menu["content"]["interactive"]["action"]["sections"] for row in section["rows"]
    ]
    assert len(rows) == 10
    line.taps(phone, rows[0]["id"])
    assert len(line.said(phone, 3)) == 3


def test_a_forged_or_stale_button_is_read_as_its_title(line: Line, phone: str) -> None:
    line.taps(phone, "no-such-option", title="quiero hablar con una persona")
    line.said(phone)
    assert any(waiting.reason == "asked" for waiting in line.in_queue())


def test_red_is_answered_and_waits_for_a_person_with_rasa_away(line_without_rasa: Line, phone: str) -> None:
    line_without_rasa.writes(phone, "ya no aguanto, me quiero matar")
    crisis = line_without_rasa.said(phone)[0]["text"]
    assert "106" in "\n".join(crisis.splitlines()[:3])
    waiting = line_without_rasa.in_queue()
    assert (waiting[0].colour, waiting[0].urgency) == ("red", "now")


def test_while_rasa_is_away_one_fixed_text_is_sent_and_later_the_answer(line: Line, phone: str) -> None:
    """DESIGN 5.15, with the assistant frozen: to the line it is the same as away."""
    other = Line(line.folder / "frozen")
    other.folder.mkdir(exist_ok=True)
    try:
        other.start()
        other.writes(phone, "cuanto tiempo debo aislarme")
        away = other.said(phone)[0]
        assert other.rows(OutboxRow)[0].utter == "utter_assistant_away"
        assert away["type"] in ("text", "interactive")
        other.stop("worker")
        other.env |= {name: line.env[name] for name in ("LINEA_RASA_URL", "LINEA_ACTIONS_URL")}
        other.start("worker")
        answer = other.said(phone, 2)
        assert len(answer) == 2
        assert [row.state for row in other.rows(InboxRow)] == ["done"]
    finally:
        other.close()


def test_person_asked_for_taken_replied_closed_and_the_bot_is_awake(line: Line, phone: str) -> None:
    line.writes(phone, "quiero hablar con una persona por favor")
    line.said(phone)
    code = _code_of(line, phone)
    assert "persona: quiero hablar con una persona" in line.cli("take", code, "--as", "Ana").stdout
    refused = line.cli("take", code, "--as", "Luis")
    assert refused.returncode == 2
    assert "Ana" in refused.stderr
    line.writes(phone, "hola, donde me hago la prueba")
    line.settled()
    assert len(line.heard(phone, 2, wait=1)) == 1
    assert line.cli("reply", code, "Hola, soy Ana. Dime.", "--as", "Ana").returncode == 0
    assert line.said(phone, 2)[-1]["text"] == "Hola, soy Ana. Dime."
    assert line.cli("close", code, "--as", "Ana").returncode == 0
    before = len(line.said(phone, 3))
    line.writes(phone, "que mascarilla uso")
    assert "mascarilla" in line.said(phone, before + 1)[-1]["text"].lower()


def test_fifty_deliveries_of_one_message_make_one_turn(line: Line, phone: str) -> None:
    line.fault("duplicate_webhooks", copies=50, times=1, phone=phone)
    line.writes(phone, "puedo tomar paracetamol")
    line.said(phone)
    line.settled()
    mine = [row for row in line.rows(InboxRow) if row.text == "puedo tomar paracetamol"]
    assert len(mine) == 1
    assert len(line.heard(phone, 2, wait=1)) == 1


def test_typed_slash_commands_are_plain_text_and_do_not_wake_the_bot(line: Line, phone: str) -> None:
    line.writes(phone, "/ask_for_person")
    line.said(phone)
    line.writes(phone, "quiero hablar con una persona")
    line.said(phone, 2)
    code = _code_of(line, phone)
    line.cli("take", code, "--as", "Ana")
    before = len(line.heard(phone, 1))
    for text in ("/restart", "/session_start", '/greet{"x":"y"}'):
        line.writes(phone, text)
    line.settled()
    assert len(line.heard(phone, before + 1, wait=1)) == before


def test_a_red_while_a_person_has_the_chat_is_spoken_for_after_a_minute(line: Line, phone: str) -> None:
    """DESIGN 5.3: the one exception to silence."""
    line.writes(phone, "quiero hablar con una persona")
    line.said(phone)
    line.cli("take", _code_of(line, phone), "--as", "Ana")
    line.writes(phone, "me esta pegando mi marido ahora mismo")
    line.settled()
    assert len(line.heard(phone, 2, wait=1)) == 1
    line.stop("worker")
    line.start("worker", clock_offset=70)
    assert "105" in line.said(phone, 2)[-1]["text"]
    line.stop("worker")
    line.start("worker")


def test_photos_and_stickers_are_kept_and_answered_by_what_they_are(line: Line, phone: str) -> None:
    """Failure 13 of stock Rasa: a message without text crashes the turn."""
    line.sends(phone, {"type": "sticker", "sticker": {"id": "1", "mime_type": "image/webp"}})
    line.settled()
    line.sends(phone, {"type": "image", "image": {"id": "2", "mime_type": "image/jpeg", "sha256": "x"}})
    sticker, photo = line.answers(phone)
    assert "sticker" in sticker["text"]
    assert "fotos" in photo["text"]
    assert {row.type for row in line.rows(InboxRow)} >= {"sticker", "image"}


def test_a_night_during_a_live_turn_erases_the_others_and_loses_no_answer(
    line: Line, assistant, phone: str
) -> None:
    gone, live = f"{phone}1", f"{phone}2"
    line.writes(gone, "mi ficha es TOKENQUEDEBEIRSE7391")
    line.said(gone)
    line.settled()
    code = _code_of(line, gone)
    line.cli("close", code, "--as", "Ana", "--quiet")
    assistant.signal("rasa", signal.SIGSTOP)
    try:
        line.writes(live, "que mascarilla uso")
        until(lambda: any(row.lease_owner for row in line.rows(Conversation)), "the turn is under way")
        assert line.cli("erase").returncode == 0
    finally:
        assistant.signal("rasa", signal.SIGCONT)
    assert "mascarilla" in line.said(live)[0]["text"].lower()
    assert list(canaries(b"TOKENQUEDEBEIRSE7391", line.folder)) == []


def _code_of(line: Line, phone: str) -> str:
    """The code of the conversation of a phone."""
    return str(line.conversation(phone).code)
