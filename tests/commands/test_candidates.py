"""The list as the programme sees it on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from linea import keys, settings
from linea.commands import queue
from linea.commands.candidates import candidates
from linea.messages import IdentityChange, Parsed, Sender
from tests.helpline import ANA, Helpline
from tests.test_cash_list import DAYS, joins, list_bank


@pytest.fixture
def here(database: Path, helpline: Helpline, monkeypatch: pytest.MonkeyPatch) -> Helpline:
    """A line with its own keys, that commands find by their settings, on which a list is open."""
    monkeypatch.setenv("LINEA_DATA_DIR", str(database.parent))
    helpline.keys = keys.load(settings.load())
    helpline.bank = list_bank(**DAYS)
    return helpline


def shown(*arguments: str) -> str:
    found = CliRunner().invoke(candidates, list(arguments))
    assert found.exit_code == 0
    return found.output


def test_the_list_shows_whom_to_call_where_and_until_when(here: Helpline) -> None:
    joins(here)
    text = shown()
    for part in ("Rosa Canaria", ANA, "Comas, Lima, Lima", "en casa: 4", "niños menores de 5", "15/03/2027"):
        assert part in text


def test_an_empty_list_and_a_count_show_nobody(here: Helpline) -> None:
    assert shown() == "Personas en la lista: 0.\n"
    joins(here)
    assert shown("--count") == "Personas en la lista: 1.\n"


def test_a_number_that_may_be_somebody_elses_now_is_not_shown(here: Helpline) -> None:
    joins(here)
    change = IdentityChange("whatsapp", "i:1", "device", Sender(ANA), None, None, {})
    here.accepts(Parsed(changes=(change,)))
    assert ANA not in shown()
    assert "NO LLAMAR" in shown()


def test_the_queue_shows_who_asked_to_be_erased(here: Helpline) -> None:
    here.hears("una persona", effects=[{"effect": "hand_over"}])
    assert "BORRAR" not in CliRunner().invoke(queue.queue, []).output
    here.takes(here.code())
    here.arrives("BORRAR")
    here.looks()
    assert "PIDIÓ BORRAR" in CliRunner().invoke(queue.queue, []).output
    assert "PIDIÓ BORRAR" in CliRunner().invoke(queue.take, [here.code(), "--as", "rosa"]).output


def test_at_the_end_somebody_who_was_erased_is_told_so(here: Helpline) -> None:
    here.hears("una persona", effects=[{"effect": "hand_over"}])
    here.takes(here.code())
    for _ in range(2):
        here.arrives("BORRAR")
        here.looks()
    assert CliRunner().invoke(queue.close, [here.code(), "--as", "rosa"]).exit_code == 0
    assert "queda borrado" in here.queued()[-1]
