"""WhatsApp as the worker knows it: what fits into a message, sending one, fetching a file."""

from __future__ import annotations

from typing import Any

import httpx

from linea.channels.download import Fetched
from linea.channels.whatsapp import outbound, sending
from linea.channels.whatsapp.media import fetch
from linea.messages import Body, Media, Sender, SendResult, Template
from linea.settings import Settings


class WhatsApp:
    """The line's number at Meta, over one HTTP client that the caller opens and closes."""

    limits = (outbound.TEXT_MAX, outbound.INTERACTIVE_BODY_MAX)  # characters: of a text, of one with options

    def __init__(self, settings: Settings, client: httpx.AsyncClient) -> None:
        self._client = client
        self._graph_url = settings.graph_url
        self._token = settings.whatsapp_token
        self._number_id = settings.whatsapp_phone_number_id

    def split(self, body: Body) -> list[Body]:
        """The body as messages that each fit; raises ValueError when there is nothing to say."""
        return outbound.split(body)

    async def send(self, body: Body, sender: Sender, outbox_id: str, attempt: int) -> SendResult:
        """What became of one attempt to send one message; never raises. `attempt` counts from 1."""
        try:
            payload = outbound.build(body, sender, outbox_id)
        except ValueError:
            return SendResult("failed", detail="unsendable")
        return await self._post(payload, attempt)

    async def send_template(
        self, template: Template, sender: Sender, outbox_id: str, attempt: int
    ) -> SendResult:
        """The same for a message approved by Meta beforehand."""
        try:
            payload = outbound.build_template(template, sender, outbox_id)
        except ValueError:
            return SendResult("failed", detail="unsendable")
        return await self._post(payload, attempt)

    async def _post(self, payload: dict[str, Any], attempt: int) -> SendResult:
        return await sending.send(
            self._client, self._graph_url, self._token, self._number_id, payload, attempt
        )

    async def fetch(self, media: Media, limit: int) -> Fetched:
        """The file, of at most `limit` bytes, of an allowed type; raises MediaAway and MediaRefused."""
        return await fetch(self._client, self._graph_url, self._token, self._number_id, media, limit)
