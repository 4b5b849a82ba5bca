"""One word is enough, however it is written; a word inside a sentence is not taken for it."""

from __future__ import annotations

import pytest

from linea import words

SAID = {
    "my_data": (
        "MIS DATOS",
        "mis datos",
        "Mis datos por favor",
        "¿qué datos tienen de mí?",
        "que saben de mi",
        "quiero ver mis datos",
    ),
    "ask_erase": (
        "BORRAR",
        "borrar!!",
        "Bórrame",
        "borrar mis datos",
        "quiero borrar mis datos por favor",
        "borren mi número",
        "elimina mis datos",
        "borra todo lo que escribí",
        "vorrar",
        "borar",
        "olvídame",
        "borrar ya",
    ),
    "leave_lists": (
        "SALIR DE LA LISTA",
        "salir de la lista",
        "sáquenme de la lista",
        "ya no quiero estar en la lista",
    ),
}
NOT_SAID = (
    "se puede borrar la app?",
    "borra la mancha con lejía",
    "mis datos no cargan internet",
    "salir",
    "menú",
    "persona",
    "quiero borrar a mi ex de mi vida",
    "estoy en la lista?",
    "como borro una foto",
    "mi esposo quiere borrar",
    "perdí mis datos de la tarjeta",
    "",
    None,
)


@pytest.mark.parametrize(("text", "right"), [(text, right) for right, said in SAID.items() for text in said])
def test_a_word_about_ones_own_data_is_understood_as_a_whole_message(text: str, right: str) -> None:
    assert words.right(text) == right


@pytest.mark.parametrize("text", NOT_SAID)
def test_other_messages_ask_for_nothing_of_the_kind(text: str | None) -> None:
    assert words.right(text) is None


@pytest.mark.parametrize("text", ["BORRAR", "sí borrar", "si, borra todo", "confirmo", "hazlo"])
def test_a_second_word_confirms(text: str) -> None:
    assert words.confirms(text)


@pytest.mark.parametrize("text", ["no", "mejor no", "que mascarilla uso", "gracias", ""])
def test_anything_else_confirms_nothing(text: str) -> None:
    assert not words.confirms(text)
