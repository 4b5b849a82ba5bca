"""A tapped option needs no reading, and becomes what Rasa calls parse data."""

from __future__ import annotations

import pytest

from linea.assistant.payloads import RANKED, UnknownPayload, parse_data_for, parsed
from linea.assistant.reading import Reading


def test_an_intent_payload_is_that_intent() -> None:
    data = parse_data_for("/ask_for_person", "Hablar con alguien")
    assert data["intent"] == {"name": "ask_for_person", "confidence": 1.0}
    assert data["text"] == "Hablar con alguien"
    assert data["response_selector"] == {}


def test_an_entry_payload_selects_its_answer() -> None:
    data = parse_data_for("faq/usar_cajero", "Usar el cajero")
    assert data["intent"]["name"] == "faq"
    assert data["response_selector"]["faq"]["response"]["utter_action"] == "utter_faq/usar_cajero"


@pytest.mark.parametrize(
    "payload", ["", "/", "faq/", "hola", '/greet{"a":"b"}', "faq/a/b", "faq/../x", "// x", "/a b"]
)
def test_anything_else_is_no_payload(payload: str) -> None:
    with pytest.raises(UnknownPayload):
        parse_data_for(payload, "título")


def test_a_reading_below_the_threshold_keeps_the_nearest_entries() -> None:
    reading = Reading("nlu_fallback", 0.7, (("faq/a", 0.3), ("greet", 0.2), ("faq/b", 0.1)))
    data = parsed(reading)
    assert data["intent"] == {"name": "nlu_fallback", "confidence": 0.7}
    assert data["intent_ranking"][0]["name"] == "nlu_fallback"
    ranking = data["response_selector"]["faq"]["ranking"]
    assert [place["intent_response_key"] for place in ranking] == ["faq/a", "faq/b"]


def test_a_ranking_is_cut_short_because_every_event_carries_one() -> None:
    reading = Reading("faq/e0", 0.9, tuple((f"faq/e{i}", 0.9 / (i + 1)) for i in range(50)))
    assert len(parsed(reading)["response_selector"]["faq"]["ranking"]) == RANKED
