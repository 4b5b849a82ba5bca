"""Who says that they are a child is known for one, and nobody else."""

from __future__ import annotations

import pytest

from linea.minors import says_child

CHILDREN = (
    "tengo 12 años",
    "Tengo doce años y tengo miedo",
    "tengo 13 añitos",
    "tengo 12 años, vivo con mi abuela",
    "tengo 11 años de edad",
    "cumplí 13 años ayer",
    "soy una niña de 11 años",
    "soy niño",
    "soy menor de edad",
    "hola tengo 9 anos y mi mama no esta",
    "estoy en 5to de primaria",
)
OTHERS = (
    "tengo 14 años",
    "tengo 40 años",
    "tengo 12 años de casada",
    "tengo 10 años trabajando aqui",
    "mi hijo tiene 12 años",
    "tengo dos hijos de 12 años",
    "tengo 12 años viviendo en peru",
    "soy niñera",
    "tengo 10 años con diabetes",
    "soy el menor de mis hermanos",
    "tengo 10 hijos",
    "tengo 7 años que no lo veo",
    "mi hija esta en primaria",
    "soy menor de la familia",
    "tengo 12 días con fiebre",
    "tengo 3 años de garantia",
    "mis hijos tienen 8 y 10 años",
    "hace 10 años tengo diabetes",
    "",
)


@pytest.mark.parametrize("text", CHILDREN)
def test_a_child_is_known_by_what_they_say(text: str) -> None:
    assert says_child(text)


@pytest.mark.parametrize("text", OTHERS)
def test_nobody_else_is_taken_for_a_child(text: str) -> None:
    assert not says_child(text)
