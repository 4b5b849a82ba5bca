"""The named steps at which a test can kill a process, so that every one of them is swept.

A test writes a step's name into the file named by LINEA_TEST_KILL_FILE; the first process to reach
that step removes the file and dies as by `kill -9`. Production refuses the variable (settings.py).
"""

from __future__ import annotations

import os
import signal
from enum import Enum
from pathlib import Path

_KILL_FILE = os.environ.get("LINEA_TEST_KILL_FILE", "")


class Step(str, Enum):
    """Every place where dying must lose nothing."""

    WEB_RECEIVED = "web.received"
    WEB_COMMITTED = "web.committed"
    TURN_PREPARED = "turn.prepared"
    TURN_ANSWERED = "turn.answered"
    TURN_IN_TRANSACTION = "turn.in_transaction"
    TURN_COMMITTED = "turn.committed"
    SEND_CLAIMED = "send.claimed"
    SEND_POSTED = "send.posted"
    SEND_RECORDED = "send.recorded"
    PAGE_CLAIMED = "page.claimed"
    PAGE_POSTED = "page.posted"
    MEDIA_WRITTEN = "media.written"
    ERASE_BATCH = "erase.batch"
    ERASE_RECEIPT = "erase.receipt"
    SPOOL_ACCEPTED = "spool.accepted"


def reached(step: Step) -> None:
    """Die here if a test asked for it; otherwise nothing."""
    if not _KILL_FILE:
        return
    path = Path(_KILL_FILE)
    try:
        wanted = path.read_text(encoding="utf-8").strip()
    except OSError:
        return
    if wanted == step.value:
        path.unlink(missing_ok=True)
        os.kill(os.getpid(), signal.SIGKILL)
