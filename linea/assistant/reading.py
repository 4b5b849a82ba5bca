"""What a message was read as, and the words that are commands; plain data, for every process."""

from __future__ import annotations

from dataclasses import dataclass

from linea import words

FALLBACK = "nlu_fallback"  # Rasa's own name for "not understood"
DOUBT = "doubt"  # not sure enough to answer, sure enough to ask "¿quisiste decir…?"
ANSWER = "answer"  # the tap on an answer that a form offered; it is read by its title
JOIN_LIST = "join_cash_list"  # the tap on the offer below an answer about cash
# The taps of an appointment: an hour, none of these, yes, no; to cancel it, to keep it.
APPOINTMENT = ("choose_slot", "other_slot", "book_slot", "no_appointment", "cancel_sure", "keep_appointment")
UNWRITTEN = (DOUBT, ANSWER, JOIN_LIST, *APPOINTMENT)  # intents without examples: no words are taken for them
RETRIEVAL = "faq"  # the intent under which every bank entry stands: faq/<entry>
# What begins with a question of ours, a form; and the entry that says the same at once, suggested in doubt.
JOURNEYS = {"ask_test_advice": "cuando_hacerse_prueba", "ask_symptom_advice": "tengo_sintomas_que_hago"}
OUTSIDE = ("out_of_scope", "not_in_bank")  # other topics; the line's own topics that have no entry yet

# Whole messages with one meaning, in plain spelling. The live line and `linea classify` read the same table.
COMMANDS = {
    "menu": "ask_menu", "el menu": "ask_menu", "ver menu": "ask_menu", "inicio": "ask_menu",
    "opciones": "ask_menu", "ver preguntas": "ask_menu", "volver al menu": "ask_menu",
    "persona": "ask_for_person", "una persona": "ask_for_person", "humano": "ask_for_person",
    "operador": "ask_for_person", "operadora": "ask_for_person", "asesor": "ask_for_person",
    "asesora": "ask_for_person", "agente": "ask_for_person",
    **dict.fromkeys(words.MOVE, "move_appointment"),
    **dict.fromkeys(words.CANCEL, "cancel_appointment"),
    **dict.fromkeys(words.MY_DATA, "my_data"),
    **dict.fromkeys(words.ERASE, "ask_erase"),
    **dict.fromkeys(words.LEAVE_LISTS, "leave_lists"),
}  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """What a message was taken for; confidences are calibrated on left-out examples (`fitting.py`)."""

    label: str  # "greet", "faq/<entry>"; below the thresholds "doubt" or "nlu_fallback"
    confidence: float
    ranking: tuple[tuple[str, float], ...]  # every intent and entry, best first, whatever the threshold
    command: bool = False  # the whole message was one of COMMANDS
    suggestions: tuple[str, ...] = ()  # of a doubt: the entries it may be, likeliest first
    also: tuple[str, ...] = ()  # an entry that is asked for besides the label: a second question

    @property
    def intent(self) -> str:
        """`greet`, `faq`, …: the label without the entry."""
        return self.label.split("/", 1)[0]

    @property
    def entry(self) -> str | None:
        """The entry's id, without `faq/`."""
        return self.label.split("/", 1)[1] if self.intent == RETRIEVAL else None

    def entries(self, count: int) -> list[str]:
        """The `count` likeliest entries, certain or not."""
        found = [name.split("/", 1)[1] for name, _ in self.ranking if name.startswith(f"{RETRIEVAL}/")]
        return found[:count]
