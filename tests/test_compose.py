"""What Rasa picked becomes as few messages as fit, with the notice once and a person where one is needed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from linea import compose
from linea.bank import Bank, Signature, Wording
from linea.compose import Composed, Picked, merge
from linea.messages import Body, Option
from tests.helpline import TUESDAY, entry, small_bank

YES = (Option("/affirm", "Sí"),)
WAITING = "«utter_handoff_waiting»"
NOTICE = "«utter_notice»"
ANSWER = "(Prueba)\nRespuesta mascarilla"


def say(*utters: str, handover: str | None = None, bank: Bank | None = None, **changes: Any) -> Composed:
    values: dict[str, Any] = {
        "channel": "whatsapp",
        "mode": "bot",
        "notice_given": True,
        "waiting_told": False,
        "now": TUESDAY,
        "production": False,
    }
    return compose.compose(
        bank or small_bank(),
        Picked([{"utter": utter} for utter in utters]),
        handover,
        **{**values, **changes},
    )


def texts(composed: Composed) -> list[str]:
    return [body.text for body in composed.bodies]


@pytest.mark.parametrize(
    ("utters", "said", "handover"),
    [
        (["utter_faq/mascarilla"], [ANSWER], None),
        (["utter_thank"], ["«utter_thank»"], None),
        (["utter_thank", "utter_goodbye"], ["«utter_thank»\n\n«utter_goodbye»"], None),
        (["utter_faq/ofrece"], ["(Prueba)\nRespuesta ofrece\n\n«utter_handover_offer»"], None),
        (["utter_faq/persona"], [f"(Prueba)\nRespuesta persona\n\n{WAITING}"], "entry"),
        (["utter_faq/botones"], ["(Prueba)\nRespuesta botones"], None),
        (["utter_faq/botones", "utter_thank"], ["(Prueba)\nRespuesta botones", "«utter_thank»"], None),
        (["utter_thank", "utter_faq/botones"], ["«utter_thank»\n\n(Prueba)\nRespuesta botones"], None),
        ([], ["«utter_fallback»", WAITING], "no_answer"),
        (["utter_handoff_waiting"], ["«utter_fallback»", WAITING], "no_answer"),
    ],
)
def test_what_the_assistant_picked_is_what_the_person_reads(
    utters: list[str], said: list[str], handover: str | None
) -> None:
    composed = say(*utters)
    assert (texts(composed), composed.handover) == (said, handover)
    assert not composed.told_waiting
    assert composed.utter == (utters[0] if utters else None)


@pytest.mark.parametrize(
    ("utters", "said"),
    [
        ([], [WAITING]),
        (["utter_handoff_waiting"], [WAITING]),
        (["utter_faq/mascarilla"], [f"{ANSWER}\n\n{WAITING}"]),
        (["utter_faq/persona"], [f"(Prueba)\nRespuesta persona\n\n{WAITING}"]),
    ],
)
def test_who_asks_for_a_person_is_told_that_one_will_write(utters: list[str], said: list[str]) -> None:
    composed = say(*utters, handover="asked")
    assert (texts(composed), composed.handover, composed.told_waiting) == (said, "asked", False)


def test_the_hours_are_said_where_the_programme_gave_them() -> None:
    composed = say(handover="asked", bank=small_bank("de 9 a 5"))
    assert texts(composed) == ["«utter_handoff_waiting_hours»"]


@pytest.mark.parametrize(
    ("utters", "handover", "told", "said"),
    [
        (["utter_faq/mascarilla"], None, False, [ANSWER]),
        (["utter_faq/mascarilla"], None, True, [ANSWER]),
        (["utter_faq/ofrece"], None, False, ["(Prueba)\nRespuesta ofrece"]),
        (["utter_faq/persona"], None, False, ["(Prueba)\nRespuesta persona\n\n«utter_still_waiting»"]),
        (["utter_faq/persona"], None, True, ["(Prueba)\nRespuesta persona"]),
        (["utter_fallback"], None, False, ["«utter_still_waiting»"]),
        (["utter_fallback"], None, True, []),
        (["utter_greet"], None, True, []),
        (["utter_menu"], None, True, ["«utter_menu»"]),
        ([], "asked", False, ["«utter_still_waiting»"]),
        ([], "asked", True, []),
        ([], None, True, []),
    ],
)
def test_while_a_person_is_awaited_only_the_bank_speaks_and_the_wait_is_told_once(
    utters: list[str], handover: str | None, told: bool, said: list[str]
) -> None:
    composed = say(*utters, handover=handover, mode="waiting", waiting_told=told)
    assert (texts(composed), composed.handover) == (said, None)
    assert composed.told_waiting == ("«utter_still_waiting»" in "".join(said))


@pytest.mark.parametrize(
    ("utters", "said", "options"),
    [
        (["utter_faq/mascarilla"], [f"{ANSWER}\n\n{NOTICE}"], 0),
        (["utter_faq/botones"], [f"(Prueba)\nRespuesta botones\n\n{NOTICE}"], 1),
        (["utter_thank", "utter_goodbye"], [f"«utter_thank»\n\n«utter_goodbye»\n\n{NOTICE}"], 0),
        (["utter_faq/ofrece"], [f"(Prueba)\nRespuesta ofrece\n\n{NOTICE}\n\n«utter_handover_offer»"], 1),
        (["utter_greet"], ["«utter_greet»"], 1),
        (["utter_greet", "utter_thank"], ["«utter_greet»", "«utter_thank»"], 1),
    ],
)
def test_the_first_answer_carries_the_notice_once(utters: list[str], said: list[str], options: int) -> None:
    composed = say(*utters, notice_given=False)
    assert (texts(composed), composed.notice) == (said, True)
    assert sum(len(body.options) for body in composed.bodies) == options


def test_by_sms_nothing_stands_between_the_asking_for_a_number_and_the_numbers() -> None:
    asking = entry("numeros", wordings=(Wording("Responde con un numero:", options=YES),))
    (body,) = say("utter_faq/numeros", notice_given=False, bank=small_bank("", asking), channel="sms").bodies
    assert (body.text, len(body.options)) == (f"{NOTICE}\n\n(Prueba)\nResponde con un numero:", 1)


def test_a_notice_that_does_not_fit_above_the_options_goes_before_them() -> None:
    long = entry("largo", wordings=(Wording("x" * 1000, options=YES),))
    composed = say("utter_faq/largo", notice_given=False, bank=small_bank("", long))
    assert [(len(body.text), len(body.options)) for body in composed.bodies] == [(len(NOTICE), 0), (1009, 1)]


def test_no_notice_is_given_to_who_waits_for_a_person() -> None:
    composed = say("utter_faq/mascarilla", notice_given=False, mode="waiting")
    assert (texts(composed), composed.notice) == ([ANSWER], False)


@pytest.mark.parametrize("unseen", [False, True])
def test_two_answers_offer_a_person_once_and_below_everything(unseen: bool) -> None:
    bank = small_bank("", entry("una", handover="offer"), entry("otra", handover="offer"))
    picked = Picked([{"utter": "utter_faq/una"}], also=("otra",), unseen=unseen)
    values = {"channel": "sms", "mode": "bot", "notice_given": True, "waiting_told": False}
    (body,) = compose.compose(bank, picked, None, now=TUESDAY, production=False, **values).bodies
    about_file = "«utter_media_unseen»\n\n" if unseen else ""
    assert body.text == f"(Prueba)\nSMS una\n\n(Prueba)\nSMS otra\n\n{about_file}«utter_handover_offer»"
    assert len(body.options) == 1


def test_each_channel_gets_its_own_text() -> None:
    assert texts(say("utter_faq/mascarilla", channel="sms")) == ["(Prueba)\nSMS mascarilla"]


def test_words_that_the_assistant_gave_itself_are_said_as_they_are() -> None:
    composed = compose.compose(
        small_bank(),
        Picked([{"text": "Hola"}, {"utter": None, "text": ""}]),
        None,
        channel="whatsapp",
        mode="bot",
        notice_given=True,
        waiting_told=False,
        now=TUESDAY,
        production=False,
    )
    assert texts(composed) == ["Hola"]


SIGNED = Signature("médica", "prueba", date(2026, 11, 1))


@pytest.mark.parametrize(
    ("changes", "production", "said", "handover"),
    [
        ({}, True, "«utter_unsigned» MINSA 113", None),
        ({"handover": "always"}, True, f"«utter_unsigned» MINSA 113|{WAITING}", "entry"),
        ({"status": "live", "signed": SIGNED}, True, "Respuesta e", None),
        ({"status": "live", "signed": SIGNED}, False, "Respuesta e", None),
        ({"safety": True}, True, "Respuesta e", None),
        (
            {"wordings": (Wording("Atendemos [[hours]]"),)},
            False,
            f"«utter_empty_value»\n\n{WAITING}",
            "entry",
        ),
    ],
)
def test_an_answer_is_said_in_the_state_it_is_in_now(
    changes: dict[str, Any], production: bool, said: str, handover: str | None
) -> None:
    composed = say("utter_faq/e", bank=small_bank("", entry("e", **changes)), production=production)
    assert ("|".join(texts(composed)), composed.handover) == (said, handover)


@pytest.mark.parametrize(
    ("lengths", "merged"),
    [
        ([], []),
        ([10], [10]),
        ([10, 10, 10], [34]),
        ([2000, 2094], [4096]),
        ([2000, 2095], [2000, 2095]),
        ([2000, 2095, 10], [2000, 2107]),
        ([5000, 10], [5000, 10]),
    ],
)
def test_texts_are_merged_up_to_what_one_message_holds(lengths: list[int], merged: list[int]) -> None:
    assert [
        len(body.text) for body in merge([Body("x" * length) for length in lengths], "whatsapp")
    ] == merged


@pytest.mark.parametrize(("first", "count"), [(900, 1), (1014, 1), (1015, 2)])
def test_a_text_joins_the_options_below_it_while_both_fit(first: int, count: int) -> None:
    merged = merge([Body("x" * first), Body("y" * 8, YES, "Elegir")], "whatsapp")
    assert len(merged) == count
    assert (merged[-1].options, merged[-1].button) == (YES, "Elegir")


def test_options_stay_below_their_own_text() -> None:
    bodies = [Body("a", YES), Body("b", YES), Body("c")]
    assert merge(bodies, "whatsapp") == bodies


def test_a_letter_that_counts_twice_for_the_channel_is_counted_twice() -> None:
    assert len(merge([Body("😀" * 1500), Body("😀" * 1500)], "whatsapp")) == 2
    assert len(merge([Body("😀" * 400), Body("😀" * 200, YES)], "whatsapp")) == 2


def test_nothing_is_lost_or_reordered_by_merging() -> None:
    bodies = [Body(f"{number}" * 700, YES if number % 3 == 0 else ()) for number in range(1, 10)]
    together = "\n\n".join(body.text for body in merge(bodies, "whatsapp"))
    assert together == "\n\n".join(body.text for body in bodies)


def test_a_question_without_options_asks_for_words_and_stays_one_when_merged() -> None:
    lines = {
        **small_bank().lines,
        "utter_ask_days": (Wording("¿Cuántos días?"),),
        "utter_ask_sure": (Wording("¿Seguro?", options=YES),),
    }
    bank = Bank({"mascarilla": entry("mascarilla")}, lines, small_bank().facts, "asks")
    asked = say("utter_faq/mascarilla", "utter_ask_days", bank=bank, notice_given=False).bodies[-1]
    assert asked.words
    assert Body.from_json(asked.to_json()).words
    assert not any(body.words for body in say("utter_ask_sure", bank=bank).bodies)
    assert not any(body.words for body in say("utter_faq/mascarilla", bank=bank).bodies)


@pytest.mark.parametrize("mode", ["bot", "waiting"])
@pytest.mark.parametrize("name", compose.NO_ADVICE)
def test_where_to_go_for_advice_is_said_to_who_waits_for_a_person_too(mode: str, name: str) -> None:
    lines = {**small_bank().lines, name: (Wording("Llama al 106", options=YES),)}
    bank = Bank({}, lines, small_bank().facts, "elsewhere")
    assert texts(say(name, bank=bank, mode=mode)) == ["Llama al 106"]
