"""One whole erasure: batch after batch, the receipt, the write-ahead log emptied, the files on the disk."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from linea import clock, erasure, logs, vault
from linea.steps import Step, reached
from linea.store import Store
from linea.store.models import Conversation, MediaRow

NAMES_AT_ONCE = 500  # in one question to the database


def clean(
    store: Store, data_dir: Path, zone: ZoneInfo, now: datetime, night: datetime | None = None
) -> erasure.Counts:
    """Erase everything that is due, in the database and on the disk; the counts of all batches together."""
    counts = erase_now(store, zone, now, night)
    vault.sweep(data_dir, lambda ids: _known(store, MediaRow.id, ids), now.timestamp())
    vault.clear_copies(data_dir, lambda codes: _known(store, Conversation.code, codes), now.timestamp())
    return counts


def erase_now(store: Store, zone: ZoneInfo, now: datetime, night: datetime | None = None) -> erasure.Counts:
    """Erase everything that is due from the database and empty the write-ahead log; the counts together."""
    total, started = erasure.Counts(), now
    night = night or erasure.last_night(now, zone)
    while True:
        counts = store.write(lambda session: erasure.erase_due(session, now, night))
        reached(Step.ERASE_BATCH)
        total = _sum(total, counts)
        if not counts.more:
            break
    if total.conversations or total.unread_bodies or total.people or total.consents:
        store.write(lambda session: erasure.receipt(session, total, started, clock.now()))
        reached(Step.ERASE_RECEIPT)
    if total.open_reds:
        logs.get().error("red_open_for_more_than_a_day", count=total.open_reds)
    for _ in range(100):
        if store.checkpoint():
            break
        time.sleep(0.05)
    else:
        logs.get().error("erased_text_still_in_write_ahead_log")
    return total


def _known(store: Store, column: Any, names: Collection[str]) -> set[str]:
    """Which of these names stand in a column."""
    listed, found = list(names), set()
    with store.reading() as session:
        for start in range(0, len(listed), NAMES_AT_ONCE):
            some = listed[start : start + NAMES_AT_ONCE]
            found |= set(session.execute(select(column).where(column.in_(some))).scalars())
    return found


def _sum(one: erasure.Counts, other: erasure.Counts) -> erasure.Counts:
    values = {name: getattr(one, name) + getattr(other, name) for name in vars(one) if name != "more"}
    return replace(other, **{**values, "open_reds": other.open_reds})
