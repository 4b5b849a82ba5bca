"""When a refused or failed attempt to send may be made again, the same for every channel."""

from __future__ import annotations

import random
from collections.abc import Callable

import httpx

# Raised before the first byte of the request is written.
NOT_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)

# Waiting before a new attempt: doubled each time, half of it by chance.
FIRST_WAIT = 2.0
LONGEST_WAIT = 300.0


def wait(attempt: int, chance: Callable[[], float] = random.random) -> float:
    """Seconds before the next attempt: 1-2 after the first, 2-4, 4-8, ... at most 150-300."""
    longest = min(FIRST_WAIT * 2.0 ** min(max(attempt - 1, 0), 16), LONGEST_WAIT)
    return longest * (0.5 + 0.5 * chance())
