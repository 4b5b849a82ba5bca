"""Every kind of body the line says, by name; what each channel makes of it is in its folder `sent/`."""

from __future__ import annotations

from linea.messages import Body, Option, Sender

ROSA = Sender("+51900000001", "PE.111")
NUMBERLESS = Sender(None, "PE.111")  # a user name hides her number
SENTENCE = "Una frase de relleno para llegar lejos. "
LABEL = "Ver opciones"


def options(count: int, title: str = "Opción {}", description: str | None = None) -> tuple[Option, ...]:
    """So many options, each with its number in its title."""
    return tuple(Option(f"o-{number}", title.format(number), description) for number in range(1, count + 1))


MENU = (Option("a", "Prueba de covid"), Option("b", "Una persona", "Te escribe el equipo"))
YES_NO = (Option("y", "Sí"), Option("n", "No"))

# name -> what is said, and to whom
BODIES: dict[str, tuple[Body, Sender]] = {
    "text": (Body("Hola, ¿cómo estás? Ñandú, é."), ROSA),
    "text_with_letters_that_make_an_sms_short": (Body("¿En qué país está? “Perú” 🙏"), ROSA),
    "text_with_marks": (Body('*fuerte* _suave_ {"a": 1} <b> & 50 % +1 https://ejemplo.pe/a?b=c#d'), ROSA),
    "text_of_one_sms": (Body("x" * 160), ROSA),
    "text_of_two_sms": (Body("x" * 161), ROSA),
    "text_as_long_as_an_sms_may_be": (Body("x" * 1600), ROSA),
    "text_longer_than_an_sms_may_be": (Body((SENTENCE * 30).strip() + "\n\n" + SENTENCE * 20), ROSA),
    "text_longer_than_any_message": (Body((SENTENCE * 60).strip() + "\n\n" + SENTENCE * 60), ROSA),
    "text_to_a_user_id": (Body("Hola"), NUMBERLESS),
    "text_to_an_argentine": (Body("Hola"), Sender("+5491150000000")),
    "one_option": (Body("¿Seguimos?", (Option("y", "Sí, seguir"),)), ROSA),
    "three_options": (Body("¿Qué necesitas?", options(3)), ROSA),
    "three_options_that_could_be_a_list": (Body("¿Qué necesitas?", options(3), LABEL), ROSA),
    "three_options_of_long_titles": (Body("Elige", options(3, "Una opción larga, la {}"), LABEL), ROSA),
    "three_options_of_too_long_titles": (Body("Elige", options(3, "Un título que no cabe, el {}")), ROSA),
    "four_options_in_a_list": (Body("Elige", options(4), LABEL), ROSA),
    "four_options_without_a_label": (Body("Elige", options(4)), ROSA),
    "ten_options_with_descriptions": (Body("Elige", options(10, "Tema {}", "De qué se trata"), LABEL), ROSA),
    "eleven_options": (Body("Elige", options(11), LABEL), ROSA),
    "an_option_with_a_description": (Body("Elige", MENU), ROSA),
    "options_with_one_title": (Body("Elige", (Option("a", "Sí"), Option("b", "sí"))), ROSA),
    "options_below_two_paragraphs": (Body("Así se hace.\n\n¿Te sirvió?", YES_NO), ROSA),
    "options_below_a_long_text": (Body(f"{(SENTENCE * 42).strip()}\n\n¿Te sirvió?", YES_NO), ROSA),
    "options_without_words": (Body("", YES_NO), ROSA),
}
