"""Fetches a file that came with an SMS: from Twilio alone, its type checked before it is kept."""

from __future__ import annotations

import httpx

from linea.channels import filetypes
from linea.channels.download import Fetched, opened, origin, request
from linea.messages import Media
from linea.settings import TWILIO

# Where Twilio sends us on for the file itself, with an address that lives four hours and needs no
# password. It does so to these hosts where "Enforce HTTP Auth on Media URLs" is switched on.
# https://help.twilio.com/articles/223183748
STORES = ("https://mms.twiliocdn.com", "https://media.twiliocdn.com")
_SENT_ON = 2  # times, at most


async def fetch(
    client: httpx.AsyncClient, twilio_url: str, account_sid: str, auth_token: str, media: Media, limit: int
) -> Fetched:
    """The file, of at most `limit` bytes, its type checked.

    The account's password goes to Twilio's own API and the configured one alone; where that sends us on,
    only to Twilio's stores, and without it. Raises MediaAway (worth another try later) and MediaRefused;
    both name the reason in one word.
    """
    answer = await request(
        client,
        media.ref,
        origins=(TWILIO, origin(twilio_url)),
        limit=limit,
        auth=(account_sid, auth_token),
    )
    for _ in range(_SENT_ON):
        if not (300 <= answer.status < 400 and answer.location):
            break
        answer = await request(client, answer.location, origins=STORES, limit=limit)
    content = opened(answer)
    return Fetched(content, filetypes.checked(media.type, media.mime or answer.mime, content))
