"""From the first turn on, a record of anybody's code but ours says where and of what type, and no more."""

from __future__ import annotations

import logging
import warnings

import pytest

from linea.assistant import private_logs

CANARY = "Canaria +51999888777"


@pytest.fixture
def private(logging_as_it_was: None, caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    private_logs.install()
    caplog.set_level(logging.DEBUG)
    return caplog


def log_everything() -> None:
    rasas = logging.getLogger("rasa.core.processor")
    rasas.error(f"text {CANARY}")
    rasas.warning("text %s", CANARY, extra={"kept": 1})
    rasas.info({"text": CANARY})
    try:
        raise ValueError(CANARY)
    except ValueError:
        rasas.exception(CANARY, stack_info=True)
    warnings.warn(CANARY, stacklevel=1)


def test_after_the_first_turn_no_text_is_logged(private: pytest.LogCaptureFixture) -> None:
    private_logs.arm()
    log_everything()
    assert len(private.records) == 5
    assert "Canaria" not in private.text
    assert "999888777" not in private.text
    assert "rasa.core.processor line" in private.text
    assert "ValueError at test_private_logs.py" in private.text


def test_before_it_an_operator_can_read_why_rasa_does_not_start(private: pytest.LogCaptureFixture) -> None:
    logging.getLogger("rasa.core.agent").error("could not load %s", "models/linea.tar.gz")
    assert "could not load models/linea.tar.gz" in private.text


def test_the_lines_own_records_stay_whole(private: pytest.LogCaptureFixture) -> None:
    private_logs.arm()
    logging.getLogger("linea.assistant.nlu").warning("%d examples", 12)
    assert "12 examples" in private.text
