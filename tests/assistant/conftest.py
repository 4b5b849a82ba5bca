"""A small model fitted in a moment, and one real Rasa with its action server for all tests here."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from linea.assistant import fitting, private_logs
from linea.assistant.understanding import Understanding
from tests.journeys.harness import Assistant

EXAMPLES = {
    "faq/usar_cajero": [
        "cómo saco plata del cajero",
        "retirar dinero del cajero",
        "uso de la tarjeta en el cajero",
        "el cajero no me da mi plata",
        "mi tarjeta no funciona en el cajero",
        "cajero",
    ],
    "faq/paracetamol": [
        "cuánto paracetamol tomo",
        "puedo tomar paracetamol",
        "paracetamol para la fiebre",
        "cada cuántas horas tomo paracetamol",
        "pastilla para la fiebre",
        "dosis de paracetamol",
    ],
    "faq/prueba": [
        "dónde me hago la prueba",
        "quiero hacerme la prueba de covid",
        "lugar para el hisopado",
        "dónde hacen pruebas gratis",
        "prueba de covid cerca",
        "hisopado gratis dónde",
    ],
    "greet": ["hola", "buenos días", "buenas tardes", "hola qué tal", "buenas noches"],
    "ask_for_person": [
        "quiero hablar con alguien",
        "pásame con un asesor",
        "necesito que me atienda alguien",
    ],
    "affirm": ["sí", "claro", "ya pues", "👍"],
    "out_of_scope": [
        "quién ganó el partido",
        "prende la luz",
        "cuéntame un chiste",
        "qué hora es",
        "pon música",
    ],
}


def fit_examples(
    examples: dict[str, list[str]], threshold: float = 0.5, suggest_threshold: float = 1.0
) -> Understanding:
    """A model of these examples by label, which suggests nothing unless told from where on."""
    pairs = [(text, label) for label, texts in examples.items() for text in texts]
    texts, labels = zip(*pairs, strict=True)
    return fitting.fit(
        texts, labels, c=1.0, min_df=1, threshold=threshold, suggest_threshold=suggest_threshold
    )[0]


@pytest.fixture(scope="session")
def small() -> Understanding:
    """A model of the examples above."""
    return fit_examples(EXAMPLES)


@pytest.fixture
def logging_as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lets a test install the channel's log rules in this process, and takes them away again."""
    factory = logging.getLogRecordFactory()
    monkeypatch.setattr(private_logs, "_armed", False)
    yield
    logging.setLogRecordFactory(factory)
    logging.captureWarnings(False)


@pytest.fixture(scope="session")
def rasa(assistant: Assistant) -> Assistant:
    """`linea rasa` and `linea actions`, running, with the project's own model."""
    return assistant
