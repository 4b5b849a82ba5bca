"""SMS as the worker knows it: what fits into a message, sending one, fetching a file."""

from __future__ import annotations

import httpx

from linea.channels.download import Fetched
from linea.channels.sms import outbound, sending
from linea.channels.sms.media import fetch
from linea.messages import Body, Media, Sender, SendResult
from linea.settings import Settings


class Sms:
    """The line's number at Twilio, over one HTTP client that the caller opens and closes."""

    limits = (outbound.TEXT_MAX, outbound.TEXT_MAX)  # characters: of a text, of one with options

    def __init__(self, settings: Settings, client: httpx.AsyncClient) -> None:
        self._client = client
        self._twilio_url = settings.twilio_url
        self._account = settings.twilio_account_sid
        self._token = settings.twilio_auth_token
        self._number = settings.twilio_from
        self._status_url = f"{settings.public_url}/webhooks/twilio/status"

    def split(self, body: Body) -> list[Body]:
        """The body as messages that each fit; raises ValueError when there is nothing to say."""
        return outbound.split(body)

    async def send(self, body: Body, sender: Sender, outbox_id: str, attempt: int) -> SendResult:
        """What became of one attempt to send one message; never raises. `attempt` counts from 1."""
        try:
            form = outbound.build(body, sender, self._number, self._status_url, outbox_id)
        except ValueError:
            return SendResult("failed", detail="unsendable")
        return await sending.send(self._client, self._twilio_url, self._account, self._token, form, attempt)

    async def fetch(self, media: Media, limit: int) -> Fetched:
        """The file, of at most `limit` bytes, of an allowed type; raises MediaAway and MediaRefused."""
        return await fetch(self._client, self._twilio_url, self._account, self._token, media, limit)
