"""`linea candidates`: the list of possible recipients of cash, for whoever of the programme may see it."""

from __future__ import annotations

import click

from linea import cash_list, keys, places
from linea.commands.common import with_store
from linea.profile_answers import HOUSEHOLD, NONE
from linea.settings import Settings
from linea.store import Store

AT_HOME = dict(
    zip(
        (*HOUSEHOLD, NONE),
        ("embarazo", "niños menores de 5", "discapacidad", "enfermedad crónica", "60 o más", "nadie"),
        strict=True,
    )
)


@click.command()
@click.option("--count", is_flag=True, help="Solo cuántas personas hay, sin mostrar a nadie.")
def candidates(count: bool) -> None:
    """La lista de posibles beneficiarios de la ayuda en dinero: quien se anotó, y hasta cuándo se guarda.

    Muestra nombres y teléfonos: no la copies fuera de la línea.
    """

    def work(settings: Settings, store: Store) -> None:
        with store.reading() as session:
            entries = cash_list.entries(session, keys.load(settings))
        if count or not entries:
            click.echo(f"Personas en la lista: {len(entries)}.")
            return
        known = places.load(settings.content_dir)
        for entry in entries:
            click.echo(_row(entry, known, settings))

    with_store(work)


def _row(entry: cash_list.Entry, known: places.Places, settings: Settings) -> str:
    since, until = (moment.astimezone(settings.timezone) for moment in (entry.since, entry.until))
    home = [AT_HOME.get(kind, kind) for kind in entry.answers.get("household", "").split()]
    place = entry.answers.get("place", "")
    return "  ".join(
        (
            f"{since:%d/%m/%Y}",
            f"{entry.name or '(sin nombre)':24}",
            "NO LLAMAR: quizá cambió de dueño" if entry.frozen else f"{entry.phone:15}",
            known.full(place) if place.isdecimal() else known.name(place) if place else "(sin lugar)",
            f"en casa: {entry.answers.get('people', '?')}",
            ", ".join(home) or "—",
            f"se borra el {until:%d/%m/%Y}",
        )
    )
