"""Twilio as the line sees it: what it accepts and refuses, reports, lets through, and stops."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from linea import gsm7
from linea.simulator import twilio_forms
from linea.simulator.faults import TWILIO_CODES, UNDELIVERED_KINDS
from linea.simulator.twilio_errors import ERRORS
from tests.simulator.harness import ACCOUNT, CALLBACK, PUBLIC_URL, ROSA, YULEISY, Line, Simulator

# -- what the line sends ------------------------------------------------------------------------------


def test_an_accepted_message_is_answered_as_twilio_does_and_reaches_the_phone(
    simulator: Simulator, line: Line
) -> None:
    answer = simulator.sms("¿Cómo estás?")
    assert answer.status_code == 201
    said = answer.json()
    assert said["sid"].startswith("SM")
    assert (said["status"], said["error_code"], said["to"], said["body"]) == (
        "queued",
        None,
        ROSA,
        "¿Cómo estás?",
    )
    (bubble,) = simulator.rows("messages", phone=ROSA, channel="sms")
    assert (bubble["text"], bubble["sender"], bubble["wamid"]) == ("¿Cómo estás?", "line", said["sid"])
    (call,) = simulator.rows("ledger")
    assert (call["kind"], call["http_status"], call["request"]["Body"]) == ("message", 201, "¿Cómo estás?")


def test_what_becomes_of_it_is_reported_in_order_to_the_address_it_came_with(
    simulator: Simulator, line: Line
) -> None:
    sid = simulator.sms().json()["sid"]
    forms = [line.form() for _ in range(3)]
    assert [form.fields["MessageStatus"] for form in forms] == ["queued", "sent", "delivered"]
    for form in forms:
        assert PUBLIC_URL + form.path + "?" + form.query == CALLBACK
        assert (form.fields["MessageSid"], form.fields["To"], form.fields["AccountSid"]) == (
            sid,
            ROSA,
            ACCOUNT,
        )
        assert form.is_signed
    assert simulator.rows("messages", state="delivered", wait=20)[0]["wamid"] == sid


def test_without_an_address_nothing_is_reported(simulator: Simulator) -> None:
    simulator.sms(StatusCallback=None)
    assert simulator.rows("messages", state="delivered", wait=20)
    assert simulator.rows("inbox") == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To": None}, 21604),
        ({"To": ""}, 21604),
        ({"To": "51987000001"}, 21211),
        ({"To": "Rosa"}, 21211),
        ({"To": "whatsapp:+51987000001"}, 21211),
        ({"From": None}, 21603),
        ({"From": "+15005550006"}, 21606),
        ({"Body": None}, 21602),
        ({"Body": " \n"}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"StatusCallback": "https://elsewhere.example/webhooks/twilio/status"}, 21609),
        ({"StatusCallback": f"{PUBLIC_URL}/x#y"}, 21609),
        ({"StatusCallback": "nowhere"}, 21609),
    ],
    ids=str,
)
def test_a_malformed_request_is_refused_with_twilios_code_and_reaches_nobody(
    judge: Simulator, change: dict[str, Any], code: int
) -> None:
    before = judge.rows("messages")
    answer = judge.sms(**change)
    assert (answer.status_code, answer.json()["code"]) == (ERRORS[code][0], code)
    assert answer.json()["more_info"].endswith(str(code))
    assert judge.rows("messages") == before
    assert judge.rows("ledger")[-1]["kind"] == "malformed"


def test_the_longest_text_is_accepted(simulator: Simulator) -> None:
    assert simulator.sms("ñ" * 1600).status_code == 201


@pytest.mark.parametrize("token", ["otro", "", "Desarrollo"])
def test_a_wrong_token_is_refused(judge: Simulator, token: str) -> None:
    answer = judge.sms(token=token)
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)
    assert judge.rows("ledger")[-1]["kind"] == "unauthorised"


def test_another_account_is_not_found(judge: Simulator) -> None:
    path = f"/twilio/2010-04-01/Accounts/AC{'9' * 32}/Messages.json"
    answer = judge.http.post(path, data={"Body": "x"}, auth=(ACCOUNT, "desarrollo"))
    assert (answer.status_code, answer.json()["code"]) == (404, 20404)


# -- what people send ---------------------------------------------------------------------------------


def test_a_text_comes_as_a_signed_form_with_its_blanks(simulator: Simulator, line: Line) -> None:
    sid = simulator.write(channel="sms", text="¿Dónde está? 1+1 & 50 %")["wamid"]
    form = line.form()
    assert form.path == "/webhooks/twilio/messages"
    assert form.is_signed
    fields = form.fields
    assert (fields["Body"], fields["From"], fields["MessageSid"]) == ("¿Dónde está? 1+1 & 50 %", ROSA, sid)
    assert (fields["SmsStatus"], fields["NumMedia"], fields["FromCountry"]) == ("received", "0", "PE")
    assert [name for name, value in fields.items() if value == ""] != []


@pytest.mark.parametrize("status", [404, 503])
def test_twilio_does_not_come_again_with_a_message_the_line_did_not_take(
    simulator: Simulator, line: Line, status: int
) -> None:
    line.answers = [status]
    sid = simulator.write(channel="sms", text="Hola")["wamid"]
    assert simulator.rows("messages", state="lost", wait=20)[0]["wamid"] == sid
    (row,) = simulator.rows("inbox")
    assert (row["http_status"], row["attempts"], bool(row["given_up"])) == (status, 1, True)
    simulator.write(channel="sms", text="otra vez")
    assert simulator.rows("messages", state="accepted", wait=20)[0]["text"] == "otra vez"


def test_a_photo_is_an_mms_whose_file_is_had_with_the_accounts_token(
    simulator: Simulator, line: Line
) -> None:
    simulator.write(channel="sms", image={"caption": "mi receta"})
    fields = line.form().fields
    assert (fields["NumMedia"], fields["MediaContentType0"], fields["Body"]) == (
        "1",
        "image/jpeg",
        "mi receta",
    )
    assert fields["MessageSid"].startswith("MM")
    path = fields["MediaUrl0"].removeprefix(simulator.settings.twilio_url)
    assert simulator.http.get(f"/twilio{path}").status_code == 401
    file = simulator.http.get(f"/twilio{path}", auth=(ACCOUNT, "desarrollo"))
    assert (file.status_code, file.headers["content-type"]) == (200, "image/jpeg")
    assert file.content.startswith(b"\xff\xd8\xff")


def test_any_file_can_be_sent_by_mms(simulator: Simulator, line: Line) -> None:
    for kind in ("voice", "audio", "video", "document"):
        simulator.write(channel="sms", **{kind: {}})
        assert line.form().fields["NumMedia"] == "1"


def test_any_parameter_can_be_changed_or_taken_away(simulator: Simulator, line: Line) -> None:
    simulator.write(channel="sms", raw={"Body": None, "From": "whatsapp:+51987000001", "Mood": "sad"})
    form = line.form()
    assert "Body" not in form.fields
    assert (form.fields["From"], form.fields["Mood"]) == ("whatsapp:+51987000001", "sad")
    assert form.is_signed


@pytest.mark.parametrize(
    "wish",
    [
        {"text": "x" * 1601},
        {"text": "Hola", "reply_to": "own:1"},
        {"text": "Hola", "forwarded": True},
        {"location": {"latitude": 1, "longitude": 2}},
        {"reaction": {"target": "own:1"}},
        {"tap": "Sí"},
        {"album": {"count": 2}},
        {"image": {"media_id": "404"}},
        {},
        {"text": "Hola", "image": {}},
    ],
    ids=str,
)
def test_what_no_sms_can_be_is_refused(judge: Simulator, wish: dict[str, Any]) -> None:
    assert judge.refusal("messages", phone=ROSA, channel="sms", **wish)


def test_who_has_no_number_has_no_sms(judge: Simulator) -> None:
    nameless = "PE.13491208655302741918"
    assert "number" in judge.refusal("messages", phone=nameless, channel="sms", text="Hola")
    assert "channel" in judge.refusal("messages", phone=ROSA, channel="fax", text="Hola")


# -- STOP ---------------------------------------------------------------------------------------------


def own_answers(simulator: Simulator) -> list[str]:
    return [row["text"] for row in simulator.rows("messages", phone=ROSA, sender="twilio")]


@pytest.mark.parametrize("word", ["STOP", " Unsubscribe ", "end"])
def test_after_a_stop_word_twilio_lets_nothing_through_until_start(
    simulator: Simulator, line: Line, word: str
) -> None:
    simulator.write(channel="sms", text=word)
    assert line.form().fields["Body"] == word
    assert len(own_answers(simulator)) == 1
    refused = simulator.sms()
    assert (refused.status_code, refused.json()["code"]) == (400, 21610)
    assert simulator.sms(to=YULEISY).status_code == 201
    simulator.write(channel="sms", text="START")
    assert simulator.sms().status_code == 201
    assert len(own_answers(simulator)) == 2


def test_spanish_words_and_sentences_stop_nothing_at_twilio(simulator: Simulator) -> None:
    for words in ("ALTO", "BAJA", "please stop", "stop!"):
        simulator.write(channel="sms", text=words)
        assert simulator.sms().status_code == 201
    assert own_answers(simulator) == []


def test_stopping_twice_is_answered_once_and_help_always(simulator: Simulator) -> None:
    for word in ("STOP", "STOP", "HELP", "info"):
        simulator.write(channel="sms", text=word)
    answers = own_answers(simulator)
    assert ["unsubscribed" in answer for answer in answers] == [True, False, False]


def test_stop_by_whatsapp_stops_nothing(simulator: Simulator) -> None:
    simulator.write(text="STOP")
    assert simulator.sms().status_code == 201


# -- what goes wrong ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", TWILIO_CODES)
def test_a_code_is_answered_and_the_message_reaches_nobody(judge: Simulator, kind: str) -> None:
    before, code = len(judge.rows("messages", text=kind)), TWILIO_CODES[kind]
    judge.fault(kind, times=1)
    answer = judge.sms(kind)
    assert (answer.status_code, answer.json()["code"]) == (ERRORS[code][0], code)
    assert len(judge.rows("messages", text=kind)) == before
    assert judge.sms().status_code == 201


def test_a_bad_gateway_is_no_json(simulator: Simulator) -> None:
    simulator.fault("twilio_bad_gateway", times=1)
    answer = simulator.sms()
    assert (answer.status_code, answer.text) == (502, "Bad Gateway")


@pytest.mark.parametrize(("kind", "arrives"), [("twilio_break", 1), ("twilio_break_before", 0)])
def test_a_connection_can_break_before_or_after_twilio_has_taken_the_message(
    simulator: Simulator, line: Line, kind: str, arrives: int
) -> None:
    simulator.fault(kind, times=1)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        simulator.sms("¿Llegó?")
    assert len(simulator.rows("messages", phone=ROSA)) == arrives
    if arrives:
        assert [status for status, _ in line.reports(3)] == ["queued", "sent", "delivered"]


def test_a_message_that_was_accepted_may_still_not_arrive(simulator: Simulator, line: Line) -> None:
    for kind, code in UNDELIVERED_KINDS.items():
        simulator.fault(kind, times=1)
        assert simulator.sms(kind).status_code == 201
        never_left = code in (30001, 30002)
        wanted = [("failed", str(code))] if never_left else [("sent", None), ("undelivered", str(code))]
        assert line.reports(len(wanted)) == wanted
        assert simulator.rows("messages", text=kind, state="failed", wait=20)[0]["error"] == code


def test_reports_may_come_backwards_or_not_at_all(simulator: Simulator, line: Line) -> None:
    simulator.fault("statuses_out_of_order", times=1)
    simulator.sms()
    assert [status for status, _ in line.reports(3)] == ["delivered", "sent", "queued"]
    simulator.fault("no_statuses", times=1)
    silent = simulator.sms().json()["sid"]
    simulator.sms()
    assert silent not in {form.fields["MessageSid"] for form in (line.form() for _ in range(3))}


def test_metas_faults_leave_sms_alone(simulator: Simulator) -> None:
    simulator.fault("131047")
    simulator.fault("accept_then_break")
    assert simulator.sms().status_code == 201


def test_copies_of_an_sms_come_together(simulator: Simulator, line: Line) -> None:
    simulator.fault("duplicate_webhooks", copies=3, times=1)
    sid = simulator.write(channel="sms", text="Hola")["wamid"]
    assert {line.form().fields["MessageSid"] for _ in range(3)} == {sid}


# -- how long it is -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "Hola", "x" * 160, "x" * 161, "x" * 307, "á" * 70, "á" * 71, "😀" * 36, "€" * 81, "ñ¿É" * 54]
)
def test_twilio_counts_the_parts_of_a_message_as_the_line_does(text: str) -> None:
    """Written twice, once on each side: `linea/gsm7.py` and the simulator must agree."""
    assert twilio_forms.segments(text) == gsm7.segments(text)
