"""Health advice by WhatsApp and by SMS, with real processes: asked in between, left, answered, an alarm."""

from __future__ import annotations

from typing import Any

from tests.journeys.harness import Line

TEST, SYMPTOMS = "me hago la prueba o no", "con estos síntomas voy al hospital o me quedo en casa?"


def offered(message: dict[str, Any]) -> dict[str, str]:
    """What can be tapped below a message, by what it says."""
    action = message["content"]["interactive"]["action"]
    rows = [row for section in action.get("sections", ()) for row in section["rows"]]
    rows += [button["reply"] for button in action.get("buttons", ())]
    return {row["title"]: row["id"] for row in rows}


class Chat:
    """One person on one channel, and what they are told after each thing they do."""

    def __init__(self, line: Line, phone: str, channel: str) -> None:
        self.line, self.phone, self.channel = line, phone, channel
        self.heard = 0

    def writes(self, text: str, messages: int = 1) -> str:
        """Somebody writes; the texts of so many messages that come."""
        self.line.asks(self.phone, channel=self.channel, text=text)
        return self._next(messages)

    def taps(self, title: str, messages: int = 1) -> str:
        """Somebody taps what the last message offers."""
        self.line.taps(self.phone, offered(self.last)[title], title)
        return self._next(messages)

    def _next(self, messages: int) -> str:
        self.heard += messages
        told = self.line.heard_on(self.channel, self.phone, self.heard)[-messages:]
        self.last = told[-1]
        return "\n".join(message["text"] for message in told)


def test_by_whatsapp_a_question_in_between_a_number_of_days_the_advice_and_leaving(
    line: Line, phone: str
) -> None:
    chat = Chat(line, phone, "whatsapp")
    alarm = chat.writes(TEST)
    assert "106" in alarm.splitlines()[0]
    assert list(offered(chat.last)) == ["Sí", "No", "No sé"]
    assert "resultado" in chat.taps("No")
    assert "fiebre" in chat.taps("No tengo resultado")
    assert "¿Hace cuántos días" in chat.writes("sí")
    between = chat.writes("que mascarilla uso", 2)
    assert "mascarilla" in between.lower()
    assert between.rstrip().endswith("si fue hoy, *0*.")  # and the question comes again
    assert "60 años" in chat.writes("3")  # three days, and not what is offered third above it
    advice = chat.taps("No")
    assert advice.startswith("(Prueba: respuesta sin firmar)\n\n*Hazte la prueba ya.*")
    assert "versión 1, del 01/11/2026" in advice
    assert list(offered(chat.last)) == ["Dónde hay prueba", "Días de aislamiento", "Hablar con alguien"]
    chat.writes(TEST)
    assert "lo dejamos ahí" in chat.writes("salir")
    assert line.queue() == []


def test_by_whatsapp_an_alarm_written_in_the_middle_ends_the_questions(line: Line, phone: str) -> None:
    chat = Chat(line, phone, "whatsapp")
    chat.writes(SYMPTOMS)
    assert "¿Quién está enfermo?" in chat.taps("No")
    assert "106" in chat.writes("espera, a mi mamá le falta el aire").splitlines()[1]
    assert any(waiting.colour == "red" for waiting in line.in_queue())
    assert "El equipo ya tiene tu aviso" in chat.writes("ya llamé")  # and asks nothing
    line.settled()
    assert len(line.heard(phone, chat.heard + 1, wait=1)) == chat.heard


def test_by_sms_the_numbers_answer_and_a_yes_to_the_alarm_signs_is_red(line: Line, phone: str) -> None:
    chat = Chat(line, phone, "sms")
    assert "1. Si\n2. No\n3. No se" in chat.writes(SYMPTOMS)
    assert "2. De 18 a 59 años" in chat.writes("2")
    assert "fiebre" in chat.writes("2")
    assert "embarazo" in chat.writes("2")
    assert "cuantos dias" in chat.writes("no")
    advice = chat.writes("2")  # two days
    assert "Quédate en casa con mascarilla y pide la prueba" in advice
    assert "Regla 1, 01/11/2026" in advice
    assert "1. ¿Me toca la prueba?\n2. ¿Y sin papeles?\n3. Hablar con alguien" in advice
    before = len(line.queue())
    assert "AHORA" in chat.writes("1")  # on to the other advice
    crisis = chat.writes("1")
    assert crisis.startswith("Puede ser grave, no esperes. Llama ya al 106")
    (waiting,) = [each for each in line.in_queue(before + 1) if each.channel == "sms"]
    assert (waiting.colour, waiting.urgency, waiting.reason) == ("red", "now", "red")
