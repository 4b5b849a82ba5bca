"""`linea queue|take|reply|close|resend`: answering people from the command line, the emergency way."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import click
from sqlalchemy.orm import Session

from linea import agenda, bank, clock, gsm7, handoff, identity, keys, media, outbox, presence, roster
from linea.channels.sms import outbound as sms
from linea.channels.whatsapp import outbound as whatsapp
from linea.commands.common import as_operator, at_work, for_protection, named, stop, with_store
from linea.conversations import TEAM
from linea.messages import Body
from linea.settings import Settings
from linea.store import Store

T = TypeVar("T")

COLOURS = {"red": "ROJO", "yellow": "AMARILLO", "green": "VERDE", "none": "—"}
REASONS = {
    "red": "señal de peligro",
    "yellow": "necesita apoyo",
    "asked": "pidió una persona",
    "entry": "la respuesta la da una persona",
    "no_answer": "el asistente no respondió",
    "failed": "el asistente falló",
    "assistant_away": "el asistente estuvo apagado",
    "undelivered": "un mensaje no llegó",
    "uncertain": "no se sabe si un mensaje llegó",
    "not_believed": "llegó un mensaje de hace más de una semana",
    "taken": "la tomó el equipo",
    "appointment": "busca otra hora para su cita",
    "voice": "manda notas de voz",
    "advice": "no sabe si hay una señal de alarma",
    "child": "dice que tiene menos de 14 años",
    "not_understood": "no se entendió lo que pregunta",
    "number_changed": "cambió de número",
    "identity_changed": "cambió de teléfono o de cuenta",
    "other_channel": "escribe también por otro canal",
    "joined": "escribe desde su número nuevo",
    "outside": "le responden desde otro lugar",
    "staff_abuse": "cuenta algo del propio equipo",
    "treatment": "pregunta por su propio tratamiento",
    "language": "escribe en otro idioma",
}
ASKED_ERASE = (
    "PIDIÓ BORRAR. Pregúntale si lo quiere: si escribe BORRAR otra vez, se borra lo dicho, "
    "y lo demás al cerrar."
)
CHANNELS = {"whatsapp": "WhatsApp", "sms": "SMS"}
WHO = {"person": "persona", "bot": "asistente", "line": "línea"}
STATES = {
    "queued": "por enviar",
    "sending": "enviando",
    "accepted": "enviado",
    "sent": "enviado",
    "delivered": "entregado",
    "read": "leído",
    "failed": "NO LLEGÓ",
    "uncertain": "sin confirmar",
    "unresolved": "NO SE SABE SI LLEGÓ",
    "cancelled": "retirado",
}


@click.command()
@for_protection
@as_operator
def queue(audience: str, operator: str) -> None:
    """Quién espera a una persona: rojo primero, luego amarillo, luego quien más espera."""

    def work(settings: Settings, store: Store) -> None:
        now = clock.now()
        at_work(store, operator)
        with store.reading() as session:
            rows = handoff.queue(session, now, audience)
            unread = handoff.unread(session) if audience == TEAM else 0
            present = presence.present(session, now)
            soon = agenda.soon(session, now)
        if not rows:
            click.echo("Nadie espera a una persona.")
        for row in rows:
            holder = f"con {row.operator}" if row.operator else "LIBRE"
            click.echo(
                f"{COLOURS[row.colour]:9} {row.code:12} {CHANNELS[row.channel]:9} {holder:14} "
                f"espera {_span(now - row.since):7} sin responder: {row.unanswered}"
                f"{_window(row, now)}  {REASONS.get(row.reason, row.reason)}"
            )
            if row.note:
                click.echo(f"          OJO: {row.note}")
            if row.asked_erase:
                click.echo(f"          {ASKED_ERASE}")
            if row.first_words:
                click.echo(f"          «{_short(row.first_words)}»")
        if audience == TEAM:
            _who_is_there(settings, present, now)
        if soon:
            click.echo(f"Citas en las próximas 24 horas: {soon}. Mira: linea appointment list")
        if unread:
            click.echo(f"Además hay {unread} avisos que nadie pudo leer: avisa a quien cuida el sistema.")

    with_store(work)


@click.command()
@click.argument("code")
@for_protection
@as_operator
def take(code: str, audience: str, operator: str) -> None:
    """Toma la conversación CODE y muestra lo dicho; desde ahora el asistente calla en ella."""

    def work(settings: Settings, store: Store) -> None:
        name = named(operator)
        at_work(store, name)
        conversation_id = _do(store, lambda session: handoff.take(session, code, name, clock.now(), audience))
        with store.reading() as session:
            said = handoff.transcript(session, conversation_id)
            note = identity.note(session, conversation_id)
            files = sum(map(len, media.of(session, conversation_id).values()))
            asked = handoff.asked_erase(session, conversation_id)
        for spoken in said:
            at = spoken.at.astimezone(settings.timezone)
            who = WHO.get(spoken.who, spoken.who)
            state = "" if spoken.who == "person" else f"  [{STATES.get(spoken.state, spoken.state)}]"
            click.echo(f"{at:%H:%M} {who}: {_visible(spoken.text)}{state}")
        if note:
            click.echo(f"OJO: {note}")
        if files:
            click.echo(f"Mandó {files} {'archivo' if files == 1 else 'archivos'}: linea media {code.upper()}")
        if asked:
            click.echo(ASKED_ERASE)
        click.echo(f"La tienes tú. Responde con: linea reply {code.upper()}")

    with_store(work)


@click.command()
@click.argument("code")
@click.argument("text", required=False)
@for_protection
@as_operator
def reply(code: str, text: str | None, audience: str, operator: str) -> None:
    """Escribe TEXT a la persona de la conversación CODE (y la toma, si estaba libre).

    Sin TEXT lo pregunta (o lo lee de la entrada): así no queda en el historial de esta máquina.
    """

    def work(settings: Settings, store: Store) -> None:
        words = _asked_for() if text is None else text.strip()
        if not words:
            stop("El mensaje está vacío: no se envió nada.")
        name = named(operator)
        at_work(store, name)
        secrets = keys.load(settings)

        def send(session: Session) -> int | None:
            channel = handoff.find(session, code, audience).channel
            bodies = (sms if channel == "sms" else whatsapp).split(Body(words))
            handoff.reply(session, secrets, code, name, bodies, clock.now(), audience)
            return sum(gsm7.segments(body.text) for body in bodies) if channel == "sms" else None

        parts = _do(store, send)
        if parts is not None:
            wide = bool(gsm7.foreign(words))
            click.echo(f"Sale como SMS, en {parts} {'parte' if parts == 1 else 'partes'}.")
            if wide and parts > 1:
                click.echo("Sin tildes en á, í, ó, ú, ni emojis ni comillas, cabría en menos partes.")
        click.echo(f"En camino. La conversación es tuya; al terminar: linea close {code.upper()}")

    with_store(work)


@click.command()
@click.argument("code")
@click.option("--quiet", is_flag=True, help="Sin despedida: no se envía nada más a la persona.")
@for_protection
@as_operator
def close(code: str, quiet: bool, audience: str, operator: str) -> None:
    """Cierra la conversación CODE y se la devuelve al asistente."""

    def work(settings: Settings, store: Store) -> None:
        name = named(operator)
        at_work(store, name)
        try:
            content = None if quiet else bank.load(settings.bank_dir, settings.content_dir)
        except bank.BankError as error:
            stop(f"No hay despedida que enviar: usa --quiet, o corrige esto antes.\n{error}")

        secrets = keys.load(settings)

        def close_it(session: Session) -> None:
            channel = handoff.find(session, code, audience).channel
            name_of_line = handoff.farewell(session, code, audience)
            farewell = [] if content is None else [content.line(name_of_line, channel)]
            handoff.close(session, secrets, code, name, farewell, clock.now(), audience)

        _do(store, close_it)
        click.echo("Cerrada. El asistente responderá el próximo mensaje.")

    with_store(work)


@click.command()
@click.argument("code")
@for_protection
@as_operator
def resend(code: str, audience: str, operator: str) -> None:
    """Envía otra vez lo que no llegó, o no se sabe si llegó, en la conversación CODE."""

    def work(settings: Settings, store: Store) -> None:
        def again(session: Session) -> int:
            return outbox.send_again(session, handoff.find(session, code, audience).id, clock.now())

        at_work(store, operator)
        count = _do(store, again)
        click.echo(f"Mensajes que salen otra vez: {count}.")

    with_store(work)


def _do(store: Store, work: Callable[[Session], T]) -> T:
    try:
        return store.write(work)
    except handoff.HandoffError as error:
        stop(str(error))


def _asked_for() -> str:
    if sys.stdin.isatty():
        click.echo("Escribe el mensaje y termina con Ctrl-D:")
    return sys.stdin.read().strip()


def _who_is_there(settings: Settings, present: list[presence.Present], now: datetime) -> None:
    """Who is at work, and that nobody would be called for somebody in danger, if that is so."""
    names = ", ".join(each.operator for each in present)
    click.echo(f"En turno: {names}." if names else "En turno: nadie. Si vas a atender: linea shift start")
    found, mistakes = roster.read(settings.on_call_file)
    if mistakes:
        click.echo("OJO: la lista de guardia tiene errores: linea bank check")
    if not found.ladder(now, settings.timezone):
        click.echo(
            "OJO: NADIE ESTÁ DE GUARDIA. Sin nadie en turno, de alguien en peligro no se entera nadie."
        )


def _window(row: handoff.Waiting, now: datetime) -> str:
    """How long WhatsApp still lets us write freely; an SMS can always be sent."""
    if row.channel != "whatsapp":
        return ""
    left = row.last_inbound_at + timedelta(hours=24) - now
    return f"  ventana: {_span(left) if left > timedelta() else 'cerrada'}"


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60:02}" if minutes >= 60 else f"{minutes} min"


def _short(text: str) -> str:
    text = " ".join(_visible(text).split())
    return text if len(text) <= 80 else f"{text[:79]}…"


def _visible(text: str) -> str:
    """Text for a terminal: no control characters, which could move the cursor or hide words."""
    return "".join(c if c == "\n" or c.isprintable() else "·" for c in text)
