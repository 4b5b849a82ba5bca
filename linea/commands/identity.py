"""`linea identity`: is who writes from a new number, or a new telephone, still the same person?"""

from __future__ import annotations

import click

from linea import clock, handoff, identity, keys
from linea.commands.common import as_operator, at_work, for_protection, stop, with_store
from linea.settings import Settings
from linea.store import Store


@click.command(name="identity")
@click.argument("code")
@click.option("--same/--other", default=None, help="Es la misma persona, o es otra (o no se sabe).")
@for_protection
@as_operator
def decide(code: str, same: bool | None, audience: str, operator: str) -> None:
    """Qué cambió en quien escribe en la conversación CODE y, con --same o --other, quién es.

    Sin opción solo lo muestra. --same une lo que escribió desde su número nuevo; --other suelta el número
    viejo: nada se envía ya ahí, y quien escriba desde él es alguien nuevo.
    """

    def work(settings: Settings, store: Store) -> None:
        name, secrets = code.strip().upper(), keys.load(settings)
        at_work(store, operator)
        try:
            with store.reading() as session:
                handoff.find(session, name, audience)
            if same is None:
                with store.reading() as session:
                    changes = identity.pending(session, secrets, name)
                _show(settings, name, changes)
                return
            if not operator.strip():
                stop("¿Quién eres? Añade --as con tu nombre.")
            who = operator.strip()[:40]
            store.write(lambda session: identity.decide(session, secrets, name, same, who, clock.now()))
        except (identity.IdentityError, handoff.HandoffError) as error:
            stop(str(error))
        if same:
            click.echo(f"Anotado: es la misma persona. Lo que escribió desde lo nuevo está en {name}.")
        else:
            click.echo(f"Anotado: es otra persona. Desde {name} ya no se puede escribir a nadie: ciérrala.")

    with_store(work)


def _show(settings: Settings, code: str, changes: list[identity.Pending]) -> None:
    if not changes:
        click.echo(f"En {code} no hay ningún cambio por decidir.")
        return
    for change in changes:
        at = change.at.astimezone(settings.timezone)
        click.echo(f"{at:%d/%m %H:%M}  {identity.TOLD[change.change]}.")
        if change.codes:
            click.echo(f"             Desde lo nuevo ya escribió alguien: {', '.join(change.codes)}")
    click.echo(
        "Pregúntale algo que solo esa persona sabría, sin repetir nada de lo que contó. Después:\n"
        f"  linea identity {code} --same    es la misma persona\n"
        f"  linea identity {code} --other   es otra, o no se sabe"
    )
