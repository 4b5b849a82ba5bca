"""Who is at work, as operators say it and as the queue shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from linea import clock
from linea.commands import queue, shift
from linea.store.models import Shift
from tests.helpline import RED, STAFF_ABUSE, Helpline


@pytest.fixture
def here(database: Path, tmp_path: Path, helpline: Helpline, monkeypatch: pytest.MonkeyPatch) -> Helpline:
    """A line of this test's own that commands find by their settings."""
    monkeypatch.setenv("LINEA_DATA_DIR", str(database.parent))
    monkeypatch.setenv("LINEA_ON_CALL_FILE", str(tmp_path / "on_call.yml"))
    (tmp_path / "on_call.yml").write_text("on_call:\n", encoding="utf-8")
    helpline.now = clock.now()
    return helpline


def run(command: Any, *arguments: str, operator: str = "Ana") -> Result:
    """The command as an operator types it."""
    done = CliRunner().invoke(command, [*arguments, "--as", operator])
    assert done.exit_code == 0, done.output
    return done


def test_a_shift_is_begun_shown_and_ended(here: Helpline) -> None:
    assert "No hay nadie en turno" in run(shift.shift, "show").output
    assert run(shift.shift, "start").output.startswith("Ana, en turno desde las ")
    run(shift.shift, "start", operator="Luis")
    assert [line.split()[0] for line in run(shift.shift, "show").output.splitlines()] == ["Ana", "Luis"]
    assert "En turno: Ana, Luis." in run(queue.queue).output
    assert "tu turno terminó" in run(shift.shift, "end").output
    assert "no tenías un turno" in run(shift.shift, "end").output
    assert "En turno: Luis." in run(queue.queue).output


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        (queue.queue, ()),
        (queue.take, ("CODE",)),
        (queue.reply, ("CODE", "Te leo")),
        (queue.resend, ("CODE",)),
    ],
)
def test_every_command_of_an_operator_says_that_they_are_there(
    here: Helpline, command: Any, arguments: tuple[str, ...]
) -> None:
    here.arrives("hola")
    here.answers()
    here.passes(minutes=-5)
    here.starts("Ana")
    before = here.one(Shift).seen_at
    run(command, *(here.code() if each == "CODE" else each for each in arguments))
    assert here.one(Shift).seen_at > before


def test_who_has_not_begun_is_told_how_and_is_not_taken_for_present(here: Helpline) -> None:
    assert "linea shift start --as 'Ana'" in run(queue.queue).output
    assert here.all(Shift) == []


def test_the_queue_says_that_nobody_would_be_called(here: Helpline, tmp_path: Path) -> None:
    assert "NADIE ESTÁ DE GUARDIA" in run(queue.queue).output
    (tmp_path / "on_call.yml").write_text(
        'on_call:\n  people:\n  - name: Rosa\n    phone: "+51987000101"\n', encoding="utf-8"
    )
    assert "GUARDIA" not in run(queue.queue).output
    (tmp_path / "on_call.yml").write_text("on_call: [", encoding="utf-8")
    assert "tiene errores: linea bank check" in run(queue.queue).output


def test_what_is_told_of_the_team_is_shown_to_protection_alone(here: Helpline) -> None:
    here.danger(RED)
    team = here.code()
    here.danger(STAFF_ABUSE, sender="+51900000077")
    secret = here.code()
    shown = run(queue.queue).output
    assert (team in shown, secret in shown) == (True, False)
    shown = run(queue.queue, "--protection").output
    assert (team in shown, secret in shown, "cuenta algo del propio equipo" in shown) == (False, True, True)
    refused = CliRunner().invoke(queue.take, [secret, "--as", "Ana"])
    assert (refused.exit_code, "la atiende otra persona" in refused.output) == (2, True)
    assert STAFF_ABUSE in run(queue.take, secret, "--protection", operator="Pilar").output
