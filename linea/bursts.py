"""Messages of one person that come close together: how long the next is waited for, which are read as one,
and how many answers somebody gets who floods the line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from linea import numbered, optout
from linea.messages import Inbound
from linea.store.models import InboxRow

UNFINISHED = 60  # letters: what is longer says enough to be answered at once
LONGEST_WAIT = 4  # pauses, from the first message on, however many follow
TOGETHER = timedelta(seconds=10)  # between two messages read as one; later ones are a matter of their own
MOST = 200  # messages in one turn
# facts: one answer in six seconds to somebody who floods, as Meta's pair limit has it, after a few at once.
ANSWERS_AT_ONCE, ANSWER_EVERY = 8, timedelta(seconds=6)

_FINISHED = re.compile(r"[.!?…]\s*$")


def due(message: Inbound, now: datetime, pause: timedelta, first: datetime | None) -> datetime:
    """When a new message should be answered; `first`: when the oldest that waits with it came, whose place
    among all who wait it does not lose.

    A tap, a number, a whole sentence and a long text are answered at once; after a few words, or a picture
    that may be one of an album, `pause` is waited for what follows.
    """
    if not pause or not _may_go_on(message):
        return first or now
    return min(now + pause, (first or now) + LONGEST_WAIT * pause)


def together(rows: Sequence[InboxRow], channel: str) -> list[InboxRow]:
    """The first of the waiting messages and those that belong with it, in order. A tap stands alone, and so
    does «ALTO»: between other words it would ask for nothing."""
    read = [rows[0]]
    for row in rows[1:]:
        alone = any(_stands_alone(each, channel) for each in (row, read[-1]))
        if alone or row.received_at - read[-1].received_at > TOGETHER:
            break
        read.append(row)
    return read


def room_at(paid_off: datetime | None, now: datetime) -> datetime:
    """When this conversation may have its next answer; `paid_off` is what `paid` gave for the last one."""
    return max(now, (paid_off or now) - ANSWER_EVERY * (ANSWERS_AT_ONCE - 1))


def paid(paid_off: datetime | None, now: datetime) -> datetime:
    """The allowance of a conversation after one more answer."""
    return max(paid_off or now, now) + ANSWER_EVERY


def _stands_alone(row: InboxRow, channel: str) -> bool:
    return row.kind == "option" or optout.word(row.text, channel) == "stop"


def _may_go_on(message: Inbound) -> bool:
    if message.kind == "media":
        return True
    words = (message.text or "").strip()
    if optout.word(words, message.channel) == "stop":
        return False
    whole = len(words) > UNFINISHED or _FINISHED.search(words) or numbered.is_number(words)
    return message.kind == "text" and not whole
