"""For all tests of the channels."""

from __future__ import annotations

import asyncio

import pytest


@pytest.fixture(autouse=True)
def pythons_own_event_loop() -> None:
    """Rasa's server, where other tests imported it, puts uvloop in its place, which looks up names itself."""
    asyncio.set_event_loop_policy(None)
