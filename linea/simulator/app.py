"""Puts the simulator together: phones, a Graph API, a ledger and a page, as one web application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Route

from linea.settings import Settings
from linea.simulator import control, page
from linea.simulator.changes import Changes
from linea.simulator.control import BadWish, Control
from linea.simulator.delivery import Delivery, Pace
from linea.simulator.faults import Faults
from linea.simulator.graph import GraphMessages
from linea.simulator.ledger import Ledger
from linea.simulator.phones import Phones


class ProductionError(Exception):
    """The simulator was asked for where real people write; the message is for the operator."""


def create(settings: Settings, pace: Pace = Pace()) -> Starlette:  # noqa: B008 - frozen
    """The application, to be served by uvicorn (cutting connections needs it) with `ws="none"`.

    Open pages hold a connection: serve with a `timeout_graceful_shutdown`. Raises ProductionError.
    """
    if settings.env == "production":
        raise ProductionError("El simulador es solo para desarrollo: aquí escriben personas de verdad.")
    changes = Changes()
    ledger = Ledger(settings.data_dir / "simulator.db", changes)
    faults = Faults(changes)
    delivery = Delivery(settings, ledger, faults)
    phones = Phones(settings.whatsapp_phone_number_id, ledger, faults, delivery, changes, pace)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        phones.begin()
        delivery.resume()
        yield
        await delivery.stop()
        ledger.close()

    return Starlette(
        routes=[
            Route("/graph/{version}/{number}/messages", GraphMessages(settings, ledger, faults, phones)),
            *Control(ledger, faults, phones, delivery, changes).routes(),
            *page.routes(settings),
        ],
        middleware=page.MIDDLEWARE,
        exception_handlers={BadWish: control.bad_wish},
        lifespan=lifespan,
    )
