"""The commands with which operators answer people from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from linea import clock, outbox
from linea.commands import queue
from linea.messages import Body, Media, Option
from linea.store.models import Conversation
from tests.helpline import Helpline


@pytest.fixture
def here(database: Path, tmp_path: Path, helpline: Helpline, monkeypatch: pytest.MonkeyPatch) -> Helpline:
    """A line of this test's own, with Ana in it, that commands find by their settings."""
    monkeypatch.setenv("LINEA_DATA_DIR", str(database.parent))
    helpline.now = clock.now()
    helpline.arrives("hola")
    helpline.answers()
    return helpline


def run(command: Any, *arguments: str, entry: str = "") -> Result:
    """The command as an operator types it."""
    return CliRunner().invoke(command, [*arguments, "--as", "rosa"], input=entry)


@pytest.mark.parametrize(("arguments", "entry"), [(("Te leo",), ""), ((), "Te leo\n")])
def test_a_reply_is_said_on_the_line_or_typed_so_that_no_history_has_it(
    here: Helpline, arguments: tuple[str, ...], entry: str
) -> None:
    assert run(queue.reply, here.code(), *arguments, entry=entry).exit_code == 0
    assert (here.queued(), here.mode()) == (["Te leo"], "human")


def test_an_empty_reply_takes_nothing(here: Helpline) -> None:
    assert run(queue.reply, here.code(), entry=" \n").exit_code == 2
    assert here.mode() == "bot"


def test_who_takes_a_chat_reads_what_could_be_chosen_and_that_there_are_files(here: Helpline) -> None:
    offer = Body("¿Algo más?", (Option("/ask_menu", "Ver preguntas"), Option("/ask_for_person", "Persona")))
    here.write(lambda session: outbox.add(session, here.one(Conversation), [offer], "bot", here.now))
    photo = Media("77", "image")
    here.arrives("2", here.message(None, kind="media", type="image", media=(photo,)))
    read = run(queue.take, here.code()).output
    assert "asistente: ¿Algo más?\n\n1. Ver preguntas\n2. Persona" in read
    assert "persona: 2\n" in read
    assert "persona: [foto]\n" in read
    assert f"Mandó 1 archivo: linea media {here.code()}\n" in read


def test_with_a_mistake_in_the_content_a_chat_is_closed_without_a_farewell(
    here: Helpline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "bank" / "pruebas" / "mal.yml"
    broken.parent.mkdir(parents=True)
    broken.write_text("entry: [", encoding="utf-8")
    monkeypatch.setenv("LINEA_BANK_DIR", str(tmp_path / "bank"))
    here.takes(here.code())
    refused = run(queue.close, here.code())
    assert (refused.exit_code, here.mode()) == (2, "human")
    assert run(queue.close, here.code(), "--quiet").exit_code == 0
    assert (here.queued(), here.mode()) == ([], "bot")


def test_a_database_that_is_not_there_yet_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINEA_DATA_DIR", str(tmp_path))
    told = CliRunner().invoke(queue.queue)
    assert told.exit_code == 2
    assert not told.exception or isinstance(told.exception, SystemExit)
