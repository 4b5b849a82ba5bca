"""Puts the simulator together: phones, a Graph API, a Twilio, a ledger and a page, as one application."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import FrameType

from starlette.applications import Starlette
from starlette.routing import Route

from linea.settings import Settings
from linea.simulator import control, page
from linea.simulator.asking import BadWish
from linea.simulator.changes import Changes
from linea.simulator.control import Control
from linea.simulator.delivery import Delivery, Pace
from linea.simulator.faults import Faults
from linea.simulator.files import Files
from linea.simulator.graph import GraphMessages
from linea.simulator.ledger import Ledger
from linea.simulator.media import Media
from linea.simulator.people import People
from linea.simulator.phones import Phones
from linea.simulator.replay import Player
from linea.simulator.shelf import Shelf
from linea.simulator.sms import Sms
from linea.simulator.twilio import TwilioMessages
from linea.simulator.wishes import Wishes


class ProductionError(Exception):
    """The simulator was asked for where real people write; the message is for the operator."""


def create(settings: Settings, pace: Pace = Pace()) -> Starlette:  # noqa: B008 - frozen
    """The application, to be served by uvicorn (cutting connections needs it) with `ws="none"`.

    Raises ProductionError.
    """
    if settings.env == "production":
        raise ProductionError("El simulador es solo para desarrollo: aquí escriben personas de verdad.")
    changes = Changes()
    ledger = Ledger(settings.data_dir / "simulator.db", changes)
    faults = Faults(changes)
    delivery = Delivery(settings, ledger, faults)
    people = People(ledger)
    files = Files(ledger)
    phones = Phones(
        settings.whatsapp_phone_number_id,
        ledger,
        faults,
        delivery,
        changes,
        people,
        Wishes(ledger, files),
        pace,
    )
    sms = Sms(settings, ledger, faults, delivery, people, files, pace)
    player = Player(ledger, changes, people, phones, sms)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        people.begin()
        delivery.resume()
        _on_signals(changes.end)
        yield
        await delivery.stop()
        ledger.close()

    return Starlette(
        routes=[
            Route(
                "/graph/{version}/{number}/messages", GraphMessages(settings, ledger, faults, people, phones)
            ),
            Route(
                "/twilio/2010-04-01/Accounts/{account}/Messages.json",
                TwilioMessages(settings, ledger, faults, delivery, people, sms),
            ),
            *Media(settings, ledger, faults, files).routes(),
            *Control(ledger, faults, people, phones, sms, files, changes).routes(),
            *Shelf(settings.data_dir / "recordings", ledger, people, player).routes(),
            *page.routes(settings),
        ],
        middleware=page.MIDDLEWARE,
        exception_handlers={BadWish: control.bad_wish},
        lifespan=lifespan,
    )


def _on_signals(act: Callable[[], None]) -> None:
    """Act when the process is asked to end, before the server does what it does then.

    uvicorn waits for open event streams before it tells the application; it puts its own handlers in place
    before the application starts and takes them away afterwards.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)

        def handle(received: int, frame: FrameType | None, before: object = before) -> None:
            loop.call_soon_threadsafe(act)
            if callable(before):
                before(received, frame)

        signal.signal(number, handle)
