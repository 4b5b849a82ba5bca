"""`linea bank check`, as an editor runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.testing import CliRunner

from linea import bank, settings
from linea.commands.bank import bank as command
from linea.triage import messages

if TYPE_CHECKING:
    import pytest

    from tests.bank.conftest import Content


def test_a_bank_in_order_is_counted() -> None:
    ready = bank.load(settings.ROOT / "data/bank", settings.ROOT / "data")
    variants = sum(len(entry.variants) for entry in ready.entries.values())
    result = CliRunner().invoke(command, ["check"])
    said, _ = messages.read_folder(settings.ROOT / "data/triage/messages")
    assert (result.exit_code, result.output) == (
        0,
        f"Banco en orden: {len(ready.entries)} preguntas, {variants} variantes\n"
        f"Semáforo en orden: {len(said)} mensajes de los que aprende\n",
    )


def test_every_finding_is_a_line_and_the_exit_code_is_one(content: Content) -> None:
    content.replace(content.entry, "status: review", "status: listo")
    result = CliRunner().invoke(command, ["check", "--bank-dir", str(content.bank_dir)])
    assert result.exit_code == 1
    assert f"{content.entry}: 5: «status: listo» no existe" in result.output


def test_a_wrong_setting_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEA_PORT", "puerto")
    result = CliRunner().invoke(command, ["check"])
    assert result.exit_code == 1
    assert result.output.startswith("Error: LINEA_PORT")
