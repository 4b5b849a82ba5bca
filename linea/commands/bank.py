"""`linea bank`: what an editor does with the bank of questions."""

from __future__ import annotations

from pathlib import Path

import click

from linea import roster, triage
from linea.bank import check, load
from linea.settings import Settings, SettingsError
from linea.settings import load as load_settings
from linea.triage import messages


@click.group()
def bank() -> None:
    """El banco de preguntas y respuestas."""


@bank.command("check")
@click.option(
    "--bank-dir",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Carpeta del banco; si no se indica, la de los ajustes (LINEA_BANK_DIR).",
)
def check_command(bank_dir: Path | None) -> None:
    """Revisa banco, textos, números, señales y guardia: cada error, «archivo: línea: qué hacer»."""
    try:
        settings = load_settings()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    folder = bank_dir or settings.bank_dir
    findings = everything_wrong(settings, folder)
    for finding in findings:
        click.echo(finding)
    if findings:
        raise SystemExit(1)
    said, _ = messages.read_folder(settings.content_dir / "triage" / messages.FOLDER)
    entries = load(folder, settings.content_dir).entries
    variants = sum(len(entry.variants) for entry in entries.values())
    click.echo(f"Banco en orden: {len(entries)} preguntas, {variants} variantes")
    click.echo(f"Semáforo en orden: {len(said)} mensajes de los que aprende")


def everything_wrong(settings: Settings, bank_dir: Path) -> list[str]:
    """What an editor has to mend in any file, each as «file: line: what to do»."""
    findings = [str(finding) for finding in check(bank_dir, settings.content_dir)]
    try:
        triage.load(settings.content_dir / "triage")
    except triage.TriageError as error:
        findings += [str(finding) for finding in error.findings]
    _, faults = messages.read_folder(settings.content_dir / "triage" / messages.FOLDER)
    findings += [str(finding) for finding in faults]
    return findings + [str(finding) for finding in roster.read(settings.on_call_file)[1]]
