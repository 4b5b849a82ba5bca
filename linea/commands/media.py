"""`linea media`: what files came in a conversation, and open copies of them for whoever has it."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy.orm import Session

from linea import clock, describe, handoff, keys, vault
from linea import media as files
from linea.commands.common import as_operator, at_work, for_protection, stop, with_store
from linea.conversations import standing_handoff
from linea.settings import Settings
from linea.store import Store
from linea.store.models import MediaRow

STATES = {
    "kept": "todavía está en el canal",
    "wanted": "viene en camino",
    "fetched": "está aquí",
    "refused": "no se puede abrir",
    "gone": "ya no existe",
}
REASONS = {
    "too_large": "es demasiado grande",
    "too_many_pixels": "es demasiado grande",
    "does_not_decode": "no es una foto que se pueda leer",
    "wrong_type": "es de un tipo que aquí no se abre",
    "empty": "llegó vacío",
    "checksum": "no llegó entero",
    "too_old": "pasaron siete días",
}
# Only these endings are written, so that nothing a person sent can be started by opening it.
ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "audio/aac": ".aac",
    "audio/amr": ".amr",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "audio/3gpp": ".3gp",
    "video/mp4": ".mp4",
    "video/3gpp": ".3gp",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.presentation": ".odp",
}


@click.command()
@click.argument("code")
@click.option("--open", "opened", is_flag=True, help="Copia los archivos para verlos; se borran en una hora.")
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Copia los archivos a esta carpeta. Nadie los borrará de ahí: hazlo tú.",
)
@for_protection
@as_operator
def media(code: str, opened: bool, folder: Path | None, audience: str, operator: str) -> None:
    """Los archivos que llegaron en la conversación CODE, que debe ser tuya."""

    def work(settings: Settings, store: Store) -> None:
        name = code.strip().upper()
        at_work(store, operator)
        try:
            with store.reading() as session:
                rows = _of(session, name, operator.strip(), audience)
        except handoff.HandoffError as error:
            stop(str(error))
        if not rows:
            click.echo(f"En {name} no hay archivos.")
            return
        for number, row in enumerate(rows, 1):
            click.echo(f"{number:3}  {describe.shown(row.type, None, None, [row])}  {_state(row, settings)}")
        if folder is None and not opened:
            if any(row.state == "fetched" for row in rows):
                click.echo(f"Para verlos: linea media {name} --open")
            return
        target = folder or vault.copies(settings.data_dir) / name
        _copy(settings, name, rows, target)
        if folder is None:
            click.echo("Se borran solos en una hora, o antes si se borra la conversación.")
        else:
            click.echo("Cuidado: de ahí no los borra nadie. Bórralos tú en cuanto los hayas visto.")

    with_store(work)


def _of(session: Session, code: str, operator: str, audience: str) -> list[MediaRow]:
    conversation = handoff.find(session, code, audience)
    standing = standing_handoff(session, conversation.id)
    holder = standing.operator if standing is not None else None
    if holder is None:
        raise handoff.HandoffError(f"Primero toma la conversación: linea take {code}")
    if holder != operator:
        raise handoff.HandoffError(f"{code} la tiene {holder}.")
    return [row for rows in files.of(session, conversation.id).values() for row in rows]


def _state(row: MediaRow, settings: Settings) -> str:
    if row.state == "wanted" and row.reason and row.next_at:
        at = max(row.next_at, clock.now()).astimezone(settings.timezone)
        return f"no se pudo traer; se intenta otra vez a las {at:%H:%M}"
    reason = REASONS.get(row.reason or "")
    return f"{STATES[row.state]}: {reason}" if reason else STATES[row.state]


def _copy(settings: Settings, code: str, rows: list[MediaRow], folder: Path) -> None:
    secrets = keys.load(settings)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number, row in enumerate(rows, 1):
            if row.state != "fetched":
                continue
            kind = describe.kind(row).replace(" ", "-")
            path = folder / f"{code}-{number:02}-{kind}{ENDINGS.get(row.mime, '.bin')}"
            path.write_bytes(vault.read(settings.data_dir, secrets, row.id))
            path.chmod(0o600)
            click.echo(f"Copiado: {path}")
    except (OSError, ValueError):
        stop("No se pudo copiar: ¿hay sitio y permiso en esa carpeta, y es esta la máquina de la línea?")
