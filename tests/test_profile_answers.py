"""What people answer to the questions of the profile, and what is kept of it: choices, never words."""

from __future__ import annotations

from typing import Any

import pytest

from linea import places, profile_answers, settings
from linea.answers import DECLINED, Heard

KNOWN = places.load(settings.ROOT / "data")


@pytest.mark.parametrize(
    ("said", "band"),
    [
        ("34", "30_59"), ("tengo 34 años", "30_59"), ("34 añitos", "30_59"), ("treinta y cuatro", "30_59"),
        ("veintidos", "18_29"), ("18 a 29", "18_29"), ("Menos de 14", "under_14"), ("12", "under_14"),
        ("tengo 13", "under_14"), ("14", "14_17"), ("17", "14_17"), ("18", "18_29"), ("59", "30_59"),
        ("60", "60_up"), ("60 o más", "60_up"), ("de la tercera edad", "60_up"), ("ochenta", "60_up"),
        ("tengo 40 y mi hijo 5", "30_59"), ("Prefiero no decir", DECLINED), ("paso", DECLINED),
        ("200", None), ("mayor de edad", None), ("no sé", None), ("tengo fiebre hace 3 días", None),
    ],
)  # fmt: skip
def test_an_age_is_kept_as_a_band(said: str, band: str | None) -> None:
    assert profile_answers.age(Heard(said)) == band


@pytest.mark.parametrize(
    ("said", "gender"),
    [
        ("mujer", "woman"), ("Soy mujer", "woman"), ("femenino", "woman"), ("hombre", "man"),
        ("varón", "man"), ("h", "man"), ("otro", "other"), ("no binario", "other"),
        ("prefiero no decirlo", DECLINED), ("m", None), ("de otro país", None),
    ],
)  # fmt: skip
def test_a_gender_has_other_and_no_answer_among_its_values(said: str, gender: str | None) -> None:
    assert profile_answers.gender(Heard(said)) == gender


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("soy venezolana", {"status": "migrant", "nationality": "VE"}),
        ("Vengo de otro país", {"status": "migrant"}),
        ("soy refugiado", {"status": "migrant"}),
        ("Soy del Perú", {"status": "peruvian"}),
        ("peruana", {"status": "peruvian"}),
        ("de aquí nomás", {"status": "peruvian"}),
        ("Prefiero no decir", DECLINED),
        ("34", None),
    ],
)
def test_a_nationality_is_kept_where_it_is_offered(said: str, kept: Any) -> None:
    assert profile_answers.migrant(KNOWN, Heard(said)) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("embarazo y un niño de 2 años", "pregnancy small_children"),
        ("mi mamá tiene 70 años y es diabética", "chronic elder"),
        ("Niños menores de 5", "small_children"),
        ("Persona de 60 o más", "elder"),
        ("Enfermedad crónica", "chronic"),
        ("1 y 3", "pregnancy disability"),
        ("2,5", "small_children elder"),
        ("6", "none"),
        ("Nadie", "none"),
        ("no", "none"),
        ("no hay embarazadas pero sí un bebé", "small_children"),
        ("mi hijo en silla de ruedas", "disability"),
        ("Prefiero no decir", DECLINED),
        ("que mascarilla uso", None),
    ],
)
def test_several_at_home_are_kept_at_once(said: str, kept: str | None) -> None:
    assert profile_answers.household(Heard(said)) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (
            "Comas, 34, mujer, Venezuela, diabetes",
            {"place": "150110", "age": "30_59", "gender": "woman", "migrant": "VE", "household": "chronic"},
        ),
        (
            "sjl 22 hombre peruano nadie",
            {"place": "150132", "age": "18_29", "gender": "man", "migrant": "PE", "household": "none"},
        ),
        ("Tengo 65 años, soy peruana, vivo en Sullana", {"place": "2006", "age": "60_up", "migrant": "PE"}),
        ("mujer", {"gender": "woman"}),
        ("La Victoria, 40", {"place": "PE", "age": "30_59"}),
        ("12, Comas", {"place": "150110", "age": "under_14"}),
    ],
)  # fmt: skip
def test_one_sms_answers_all_it_answers(said: str, kept: dict[str, str]) -> None:
    found = profile_answers.in_one(KNOWN, Heard(said, "", "sms"))
    assert found is not None
    flat = {name: value for name, value in found.items() if isinstance(value, str)}
    if "place" in found:
        flat["place"] = found["place"]["code"]
    if "migrant" in found:
        flat["migrant"] = found["migrant"].get("nationality", "PE")
    assert flat == kept


@pytest.mark.parametrize("said", ["mmm", "que mascarilla uso", "hola", "no te entiendo"])
def test_an_sms_that_answers_nothing_is_no_answer(said: str) -> None:
    assert profile_answers.in_one(KNOWN, Heard(said, "", "sms")) is None


def test_who_passes_on_the_whole_sms_has_declined_everything() -> None:
    assert set((profile_answers.in_one(KNOWN, Heard("PASO", "", "sms")) or {}).values()) == {DECLINED}
