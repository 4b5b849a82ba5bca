"""Who asked to be written to no more: their word is kept past the night, their address is not (DESIGN 5.8).

The address stands here as a keyed hash for this purpose alone, so that nothing else leads to it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from linea import outbox, people
from linea.keys import Keys
from linea.plain import plain
from linea.store import insert_once
from linea.store.models import Conversation, OptOut

STOP = frozenset(("alto", "baja", "parar", "cancelar", "stop"))
STOP_SENTENCES = frozenset(
    f"{before}{words}{after}"
    for before in ("", "ya ", "por favor ", "alto ", "baja ")
    for words in (
        "no me escriban",
        "no me escriban mas",
        "no me manden mensajes",
        "no me manden mas mensajes",
    )
    for after in ("", " por favor", " gracias")
)
START = frozenset(("alta", "start"))
# What Twilio itself takes for an end or a beginning, in English only; it answers these and blocks the number.
TWILIO_STOP = frozenset(("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"))
TWILIO_START = frozenset(("start", "unstop", "yes"))

_ANY = select(OptOut.hash).limit(1)
_AMONG = OptOut.hash.in_(bindparam("hashes", expanding=True))


def word(text: str | None, channel: str) -> Literal["stop", "start"] | None:
    """Whether a whole message says no more than «stop» or «start»; accents, capitals and marks do not count.

    Never a word inside a sentence: «el río está muy alto» asks for nothing.
    """
    said = plain(text or "")
    if said in STOP or said in STOP_SENTENCES or (channel == "sms" and said in TWILIO_STOP):
        return "stop"
    if said in START or (channel == "sms" and said in TWILIO_START):
        return "start"
    return None


def answered_by_channel(text: str | None, channel: str) -> bool:
    """Whether the channel confirms this stop itself and takes no text from us to that person any more.

    Twilio does for its own English words alone, written bare.
    """
    return channel == "sms" and (text or "").strip().lower() in TWILIO_STOP


def stop(session: Session, keys: Keys, conversation: Conversation, now: datetime) -> int:
    """Remember that the person of `conversation` wants nothing more on its channel.

    What was not sent yet is taken back, but for safety texts and operators' words; how many messages.
    """
    for hashes in _hashes(session, keys, conversation.person_id):
        insert_once(session, OptOut, {"hash": hashes[0], "channel": conversation.channel, "at": now})
    return outbox.cancel_unsent(session, conversation.id, now)


def lift(session: Session, keys: Keys, person_id: str, channel: str) -> bool:
    """A person wrote again on a channel: nothing holds us back there any more; whether something did.

    Costs one small look while nobody has opted out.
    """
    if session.execute(_ANY).first() is None:
        return False
    hashes = [each for found in _hashes(session, keys, person_id) for each in found]
    result = session.execute(
        delete(OptOut).where(_AMONG, OptOut.channel == channel).execution_options(synchronize_session=False),
        {"hashes": hashes},
    )
    return bool(result.rowcount)


def is_out(session: Session, keys: Keys, person_id: str, channel: str | None = None) -> bool:
    """Whether a person asked to be written to no more, on `channel` or, without one, on any.

    For what we would begin; to somebody who has just written, `lift` comes first.
    """
    if session.execute(_ANY).first() is None:
        return False
    hashes = [each for found in _hashes(session, keys, person_id) for each in found]
    found = select(OptOut.hash).where(_AMONG)
    if channel is not None:
        found = found.where(OptOut.channel == channel)
    return session.execute(found.limit(1), {"hashes": hashes}).first() is not None


def _hashes(session: Session, keys: Keys, person_id: str) -> list[list[str]]:
    """For each address of a person its hash under every living key, the newest first; none if erased."""
    try:
        sender = people.address_of(session, keys, person_id)
    except LookupError:
        return []
    given = ((kind, getattr(sender, kind)) for kind in people.KINDS)
    return [keys.hashes(f"opt_out {kind}", value) for kind, value in given if value]
