"""What is said for an entry, by its status, its date, the channel and where the line runs."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest

from linea import bank, gsm7, numbered, settings
from linea.bank import Answer, Bank
from linea.messages import Body, Option

if TYPE_CHECKING:
    from tests.bank.conftest import Content

BEFORE = datetime(2027, 10, 1, 12, tzinfo=timezone.utc)
AFTER = datetime(2027, 12, 1, 12, tzinfo=timezone.utc)
SIGNED = "signed: {role: médica, name: Ana Quispe, date: 2026-11-02}"

OWN = "Cubre nariz, boca y mentón.\nSi te falta el aire, llama al 106."
MARK = "Texto de utter_review_mark. Llama al 106\n"
UNSIGNED = "En revisión. Mira: Infosalud 113"
EXPIRED = "Verificando. Mira: Infosalud 113"
OLD_MARK = "Texto de utter_expired_mark. Llama al 106\n"


def load(content: Content) -> Bank:
    return bank.load(content.bank_dir, content.content_dir)


def prepare(content: Content, status: str, safety: bool) -> Bank:
    content.replace(content.entry, "status: review", f"status: {status}")
    if status in ("live", "withdrawn"):
        content.replace(content.entry, "signed: {}", SIGNED)
    if safety:
        content.replace(content.entry, "  short:", "  safety: true\n  short:")
    return load(content)


# status, safety | today | development: text, state | production: text, state
TABLE = [
    ("live", False, BEFORE, OWN, "live", OWN, "live"),
    ("live", False, AFTER, OLD_MARK + OWN, "expired", EXPIRED, "expired"),
    ("live", True, BEFORE, OWN, "live", OWN, "live"),
    ("live", True, AFTER, OLD_MARK + OWN, "expired", OWN, "expired"),
    ("review", False, BEFORE, MARK + OWN, "review", UNSIGNED, "unsigned"),
    ("review", False, AFTER, OLD_MARK + OWN, "expired", EXPIRED, "expired"),
    ("review", True, BEFORE, MARK + OWN, "review", OWN, "unsigned"),
    ("review", True, AFTER, OLD_MARK + OWN, "expired", OWN, "expired"),
    ("draft", False, BEFORE, MARK + OWN, "review", UNSIGNED, "unsigned"),
    ("draft", True, BEFORE, MARK + OWN, "review", OWN, "unsigned"),
    ("withdrawn", False, BEFORE, UNSIGNED, "withdrawn", UNSIGNED, "withdrawn"),
    ("withdrawn", False, AFTER, UNSIGNED, "withdrawn", UNSIGNED, "withdrawn"),
    ("withdrawn", True, BEFORE, UNSIGNED, "withdrawn", UNSIGNED, "withdrawn"),
]


@pytest.mark.parametrize(
    ("status", "safety", "now", "dev_text", "dev_state", "text", "state"),
    TABLE,
    ids=[
        f"{row[0]}{'-safety' if row[1] else ''}-{'before' if row[2] is BEFORE else 'after'}" for row in TABLE
    ],
)
def test_status_and_date_decide_what_is_said(
    content: Content,
    status: str,
    safety: bool,
    now: datetime,
    dev_text: str,
    dev_state: str,
    text: str,
    state: str,
) -> None:
    ready = prepare(content, status, safety)
    for production, expected, expected_state in ((False, dev_text, dev_state), (True, text, state)):
        answer = ready.answer("uso_mascarilla", "whatsapp", now, production)
        assert (answer.body.text, answer.state) == (expected, expected_state)
        assert answer.withheld is (OWN not in expected)
        assert answer.handover == "offer"


def test_a_signature_is_what_makes_an_entry_live(content: Content) -> None:
    content.replace(content.entry, "status: review", "status: live")
    answer = load(content).answer("uso_mascarilla", "whatsapp", BEFORE, True)
    assert (answer.state, answer.body.text) == ("unsigned", UNSIGNED)


@pytest.mark.parametrize(
    ("handover", "expected"), [("never", "offer"), ("offer", "offer"), ("always", "always")]
)
def test_a_withheld_answer_offers_a_person_unless_one_follows_always(
    content: Content, handover: str, expected: str
) -> None:
    content.replace(content.entry, "handover: offer", f"handover: {handover}")
    ready = load(content)
    assert ready.answer("uso_mascarilla", "sms", BEFORE, True).handover == expected
    assert ready.answer("uso_mascarilla", "sms", BEFORE, False).handover == handover


def test_each_channel_has_its_own_words_and_buttons(content: Content) -> None:
    ready = prepare(content, "live", False)
    chat = ready.answer("uso_mascarilla", "whatsapp", BEFORE, True).body
    sms = ready.answer("uso_mascarilla", "sms", BEFORE, True).body
    assert chat == Body(
        OWN, (Option("faq/lavado_manos", "Otra pregunta"), Option("/ask_for_person", "Hablar con alguien"))
    )
    assert sms == Body("Cubre nariz y boca. Sin aire: llama al 106")


def test_a_channel_without_its_own_text_gets_the_default(content: Content) -> None:
    ready = prepare(content, "live", False)
    assert ready.answer("uso_mascarilla", "simulator", BEFORE, True).body.text == OWN


def test_an_empty_value_goes_to_a_person_and_a_known_one_is_filled(content: Content) -> None:
    content.replace(content.entry, "mentón.", "mentón. Límite: [[atm_limit]].")
    empty = prepare(content, "live", False).answer("uso_mascarilla", "whatsapp", BEFORE, True)
    assert empty == Answer(
        Body("Texto de utter_empty_value. Llama al 106"), "always", "empty", "uso_mascarilla", withheld=True
    )
    content.replace(content.programme, 'atm_limit:\n    value: ""', 'atm_limit:\n    value: "S/ 500"')
    filled = load(content).answer("uso_mascarilla", "whatsapp", BEFORE, True)
    assert (filled.state, filled.body.text.splitlines()[0]) == (
        "live",
        "Cubre nariz, boca y mentón. Límite: S/ 500.",
    )


def test_the_text_for_another_channel_may_do_without_the_empty_value(content: Content) -> None:
    content.replace(content.entry, "mentón.", "mentón. Límite: [[atm_limit]].")
    assert prepare(content, "live", False).answer("uso_mascarilla", "sms", BEFORE, True).state == "live"


def test_an_entry_expires_at_midnight_of_the_lines_own_place(content: Content) -> None:
    ready = prepare(content, "live", False)
    last_minute = datetime(2027, 11, 2, 4, 59, tzinfo=timezone.utc)  # 23:59 in Lima
    midnight = datetime(2027, 11, 2, 5, 0, tzinfo=timezone.utc)
    assert ready.answer("uso_mascarilla", "sms", last_minute, True).state == "live"
    assert ready.answer("uso_mascarilla", "sms", midnight, True).state == "expired"
    with pytest.raises(ValueError, match="aware"):
        ready.answer("uso_mascarilla", "sms", datetime(2027, 11, 2), True)


def test_values_put_into_an_sms_keep_it_in_its_alphabet(content: Content) -> None:
    content.replace(content.entry, "Infosalud [[infosalud]]", "Defensoría del Pueblo «año» [[ombudsman]]")
    ready = load(content)
    assert (
        ready.answer("uso_mascarilla", "sms", BEFORE, True).body.text
        == 'En revision. Mira: Defensoria del Pueblo "año" 0800-15-170 sms'
    )
    assert "Defensoría del Pueblo «año»" in ready.answer("uso_mascarilla", "whatsapp", BEFORE, True).body.text


def test_a_line_is_filled_by_what_is_given_then_directory_then_programme(content: Content) -> None:
    ready = load(content)
    assert ready.line("utter_handoff_waiting_hours", "whatsapp", hours="de 9 a 18").text.endswith("de 9 a 18")
    assert ready.line("utter_thank", "whatsapp", samu="117").text.endswith("117")
    with pytest.raises(bank.RenderError, match="hours"):
        ready.line("utter_handoff_waiting_hours", "whatsapp")
    with pytest.raises(bank.RenderError, match="utter_nothing"):
        ready.line("utter_nothing", "whatsapp")
    with pytest.raises(bank.RenderError, match="nothing"):
        ready.answer("nothing", "whatsapp", BEFORE, True)


def test_a_value_can_be_asked_for_by_name(content: Content) -> None:
    ready = load(content)
    assert (ready.value("samu"), ready.value("organisation"), ready.value("hours")) == (
        "106",
        "Puente Amigo",
        "",
    )
    with pytest.raises(bank.RenderError):
        ready.value("nothing")


def test_a_lists_label_and_descriptions_come_along_filled(content: Content) -> None:
    content.replace(
        content.lines,
        '  - text: "Texto de utter_menu. Llama al [[samu]]"',
        '  - text: "Elige"\n    metadata: {button: Ver preguntas}\n    buttons:\n'
        "    - {title: Mascarilla, payload: faq/uso_mascarilla, description: 'o llama al [[samu]]'}",
    )
    assert load(content).line("utter_menu", "whatsapp") == Body(
        "Elige", (Option("faq/uso_mascarilla", "Mascarilla", "o llama al 106"),), "Ver preguntas"
    )


def test_an_entry_is_offered_by_its_short_name_with_its_question_where_there_is_room(
    content: Content,
) -> None:
    content.replace(content.entry, "short: Usar mascarilla", "short: Tapabocas, ¿cuándo?")
    ready = load(content)
    assert ready.offer("uso_mascarilla", "whatsapp") == Option(
        "faq/uso_mascarilla", "Tapabocas, ¿cuándo?", "¿Cómo uso la mascarilla?"
    )
    assert ready.offer("uso_mascarilla", "sms") == Option("faq/uso_mascarilla", "Tapabocas, ¿cuando?")
    with pytest.raises(bank.RenderError, match="nothing"):
        ready.offer("nothing", "whatsapp")


def test_a_long_question_is_offered_cut_after_a_whole_word_and_shows_it(content: Content) -> None:
    question = "¿Cómo me pongo la mascarilla, cuándo la cambio y dónde la boto cuando termino?"
    content.replace(content.entry, "¿Cómo uso la mascarilla?", question)
    description = load(content).offer("uso_mascarilla", "whatsapp").description
    assert description == "¿Cómo me pongo la mascarilla, cuándo la cambio y dónde la boto cuando…"
    assert len(description) <= 72


def test_by_sms_the_options_of_a_line_are_answered_by_number() -> None:
    ready = bank.load(settings.ROOT / "data/bank", settings.ROOT / "data")
    for name in ready.lines:
        values = dict.fromkeys(("official", "hours", "closes", "erased", "until_cash_list"), "x" * 10)
        chat, sms = (ready.line(name, channel, **values) for channel in ("whatsapp", "sms"))
        assert {option.id for option in sms.options} == {option.id for option in chat.options}
        assert gsm7.segments(numbered.text(sms)) <= 2


def test_the_version_follows_every_file_that_is_said_and_no_other(content: Content) -> None:
    first = load(content).version
    assert load(content).version == first
    content.replace(content.nlu, "- menu", "- otro menu")
    assert load(content).version == first
    versions = {first}
    for path, old, new in (
        (content.entry, "mentón", "barbilla"),
        (content.lines, "utter_thank.", "gracias."),
        (content.directory, '"106"', '"107"'),
        (content.programme, "Puente Amigo", "Puente"),
    ):
        content.replace(path, old, new)
        versions.add(load(content).version)
    assert len(versions) == 5


def test_a_bank_that_cannot_answer_is_refused_with_its_findings(content: Content) -> None:
    content.replace(content.entry, "status: review", "status: listo")
    content.replace(content.entry, "short: Usar mascarilla", "short: Cómo se usa una mascarilla")
    with pytest.raises(bank.BankError) as refused:
        load(content)
    (finding,) = refused.value.findings
    assert finding.line == 5
    assert str(refused.value) == str(finding)
