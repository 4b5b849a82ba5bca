"""The words about one's own data that mean the same in every state, as whole messages, without Rasa too."""

from __future__ import annotations

from typing import Literal

from linea.plain import plain

Right = Literal["my_data", "ask_erase", "leave_lists"]

_BEFORE = (
    "quiero",
    "quisiera",
    "deseo",
    "necesito",
    "hola",
    "por favor",
    "porfavor",
    "porfa",
    "pueden",
    "puedes",
)
_AFTER = ("por favor", "porfavor", "porfa", "gracias", "ya", "ahora", "senorita", "senor", "amigo", "pls")

MY_DATA = frozenset((
    "mis datos", "ver mis datos", "dame mis datos", "muestrame mis datos", "saber mis datos", "mis dato",
    "mi informacion", "ver mi informacion", "mis datos personales", "misdatos", "mis datoz",
    "que datos tienes de mi", "que datos tienen de mi", "que tienes de mi", "que tienen de mi",
    "que sabes de mi", "que saben de mi", "que guardas de mi", "que guardan de mi", "que datos guardan de mi",
    "que datos guardas de mi", "que informacion tienen de mi", "que informacion guardan de mi",
))  # fmt: skip
ERASE = frozenset((
    "borrar", "borrame", "borrenme", "borreme", "borralo", "borralo todo", "borar", "vorrar", "borra",
    "borrar todo", "borra todo", "borren todo", "borre todo", "elimina todo", "eliminar todo", "eliminar",
    "borrar mis datos", "borra mis datos", "borren mis datos", "borre mis datos", "borar mis datos",
    "borrar datos",
    "eliminar mis datos", "elimina mis datos", "eliminen mis datos", "elimine mis datos", "eliminar datos",
    "borrar mi informacion", "borra mi informacion", "borren mi informacion", "eliminar mi informacion",
    "borrar mi numero", "borra mi numero", "borren mi numero", "eliminar mi numero", "eliminen mi numero",
    "borrar mis mensajes", "borra mis mensajes", "borren mis mensajes", "borar mis mensajes",
    "borrar mi conversacion", "borra mi conversacion", "borren mi conversacion", "borra este chat",
    "borrar este chat", "borra lo que escribi", "borren lo que escribi", "borra todo lo que escribi",
    "borren todo lo que escribi", "olvidame", "olvidenme",
))  # fmt: skip
LEAVE_LISTS = frozenset((
    "salir de la lista", "salir de las listas", "salirme de la lista", "sacame de la lista",
    "saquenme de la lista", "saqueme de la lista", "borrame de la lista", "borrenme de la lista",
    "borreme de la lista", "quitame de la lista", "quitenme de la lista", "bajame de la lista",
    "no quiero estar en la lista", "ya no quiero estar en la lista",
))  # fmt: skip
# Of an appointment, as its own messages say it: «hora» and «trámite» tell nobody else what it is.
_IT = ("cita", "mi cita", "la cita", "hora", "mi hora", "la hora", "tramite", "mi tramite", "el tramite")
MOVE = frozenset(f"{verb} {it}" for verb in ("cambiar", "cambia", "mover", "cambio de") for it in _IT)
CANCEL = frozenset(f"{verb} {it}" for verb in ("cancelar", "cancela", "anular", "cancelo") for it in _IT)
_SURE = frozenset(("confirmo", "borralo", "borralo todo", "hazlo", "adelante", "si borralo", "si confirmo"))


def right(text: str | None) -> Right | None:
    """What a whole message asks for about one's own data; accents, capitals, marks and courtesy do not count.

    Never words inside a sentence: those are the assistant's to understand.
    """
    said = _bare(plain(text or ""))
    if said in MY_DATA:
        return "my_data"
    if said in ERASE:
        return "ask_erase"
    return "leave_lists" if said in LEAVE_LISTS else None


def confirms(text: str | None) -> bool:
    """Whether a message says for a second time that all is to be erased, in words that leave no doubt."""
    said = _bare(plain(text or ""))
    return said in ERASE or said in _SURE or said.removeprefix("si ") in ERASE


def _bare(said: str) -> str:
    before = next((word for word in _BEFORE if said.startswith(f"{word} ")), None)
    if before is not None:
        return _bare(said[len(before) + 1 :])
    after = next((word for word in _AFTER if said.endswith(f" {word}")), None)
    return said if after is None else _bare(said[: -len(after) - 1])
