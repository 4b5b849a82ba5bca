"""`linea erase`: the night's erasure, now, for whoever must not wait for it."""

from __future__ import annotations

import click

from linea import clock
from linea.commands.common import with_store
from linea.settings import Settings
from linea.store import Store


@click.command()
def erase() -> None:
    """Borra ya las conversaciones terminadas, sin esperar a la noche. Las abiertas no se tocan."""

    def work(settings: Settings, store: Store) -> None:
        from linea import night

        now = clock.now()
        counts = night.clean(store, settings.data_dir, settings.timezone, now, night=now)
        click.echo(
            f"Borrado: {counts.conversations} conversaciones, {counts.messages} mensajes, "
            f"{counts.files} archivos, {counts.people} personas. "
            f"Siguen abiertas {counts.open_reds} alertas rojas de más de un día."
        )

    with_store(work)
