"""The time, in one place: always aware and in UTC; a test may run the processes hours ahead."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone

UTC = timezone.utc
_OFFSET = timedelta(seconds=float(os.environ.get("LINEA_TEST_CLOCK_OFFSET_SECONDS", "0")))


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC) + _OFFSET
