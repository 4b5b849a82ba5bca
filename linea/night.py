"""One whole erasure: batch after batch, the receipt, and the write-ahead log emptied."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from linea import clock, erasure, logs
from linea.steps import Step, reached
from linea.store import Store


def erase_now(store: Store, zone: ZoneInfo, now: datetime, night: datetime | None = None) -> erasure.Counts:
    """Erase everything that is due and empty the write-ahead log; the counts of all batches together."""
    total, started = erasure.Counts(), now
    night = night or erasure.last_night(now, zone)
    while True:
        counts = store.write(lambda session: erasure.erase_due(session, now, night))
        reached(Step.ERASE_BATCH)
        total = _sum(total, counts)
        if not counts.more:
            break
    if total.conversations or total.unread_bodies or total.people:
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


def _sum(one: erasure.Counts, other: erasure.Counts) -> erasure.Counts:
    values = {name: getattr(one, name) + getattr(other, name) for name in vars(one) if name != "more"}
    return replace(other, **{**values, "open_reds": other.open_reds})
