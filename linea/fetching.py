"""Fetching the files that a person of the team may look at, one attempt at a time.

The worker keeps `Fetching.fetch` busy with what `Fetching.take` hands out. Nothing of a file is logged but
its id, its size and what became of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

from linea import clock, logs, media, pictures, vault
from linea.channels.download import Fetched, MediaAway, MediaRefused
from linea.keys import Keys
from linea.messages import Media
from linea.steps import Step, reached
from linea.store import Store, StoreUnavailable

AT_ONCE = 2
MEGABYTE = 1_000_000
# Meta's own limits for what it delivers, but for documents (100 MB), which are held in memory while sealed.
LARGEST = {
    "image": 16 * MEGABYTE,
    "sticker": 2 * MEGABYTE,
    "audio": 16 * MEGABYTE,
    "video": 16 * MEGABYTE,
    "document": 32 * MEGABYTE,
}
SHOWN_AS_PICTURE = ("image", "sticker")


class Channel(Protocol):
    """What a channel must be able to do for its files to be had."""

    async def fetch(self, media: Media, limit: int) -> Fetched:
        """The file, of at most `limit` bytes, of an allowed type. Raises MediaAway and MediaRefused."""


class Fetching:
    """One process's fetching, from `channels` by their names to `data_dir`."""

    def __init__(self, store: Store, keys: Keys, data_dir: Path, channels: Mapping[str, Channel]) -> None:
        self.store, self.keys, self.data_dir, self.channels = store, keys, data_dir, channels
        self.log = logs.get()
        self.drawing = asyncio.Lock()  # one picture is decoded at a time: each takes its memory

    async def take(self, room: int) -> list[media.Wanted]:
        """Up to `room` files to be fetched now; only looks where there is none."""
        now = clock.now()
        if room <= 0:
            return []
        with self.store.reading() as session:
            if not media.anything_due(session, now):
                return []
        return await self.store.awrite(lambda session: media.claim(session, self.keys, now, room))

    async def fetch(self, wanted: media.Wanted) -> None:
        """Fetch one file, clean it and seal it on the disk; or write down why not, and when again."""
        try:
            content, mime = await self._safe(wanted.media, await self._had(wanted))
            size = len(content)
            await asyncio.to_thread(vault.write, self.data_dir, self.keys, wanted.id, content)
        except MediaRefused as error:
            gone = error.reason == "gone"
            await self.store.awrite(
                partial(media.record_refused, wanted=wanted, reason=error.reason, gone=gone)
            )
            self.log.info("media_refused", file=wanted.id, reason=error.reason)
            return
        except StoreUnavailable:
            raise
        except Exception as error:  # also a full disk, and whatever a channel's answer breaks
            reason = error.reason if isinstance(error, MediaAway) else type(error).__name__
            away = partial(media.record_away, wanted=wanted, reason=reason, now=clock.now())
            await self.store.awrite(away)
            self.log.warning("media_away", file=wanted.id, attempt=wanted.attempt, error=error)
            return
        reached(Step.MEDIA_WRITTEN)
        kept = await self.store.awrite(
            partial(media.record_fetched, wanted=wanted, mime=mime, size=size)
        )  # else it was erased meanwhile, and the night's sweep takes the file
        self.log.info("media_fetched" if kept else "media_not_wanted", file=wanted.id, size=size)

    async def _had(self, wanted: media.Wanted) -> Fetched:
        channel = self.channels.get(wanted.channel)
        if channel is None:  # such as SMS, where its account has been taken out of the settings
            raise MediaAway("no_channel")
        limit = LARGEST.get(wanted.media.type, LARGEST["document"])
        return await channel.fetch(wanted.media, limit)

    async def _safe(self, wanted: Media, fetched: Fetched) -> tuple[bytes, str]:
        """What may lie here: a picture drawn anew, also one that came as a document; else as it came."""
        told = wanted.type in SHOWN_AS_PICTURE or fetched.mime.startswith("image/")
        if not told and not pictures.is_one(fetched.content):
            return fetched.content, fetched.mime
        async with self.drawing:
            try:
                return await asyncio.to_thread(pictures.cleaned, fetched.content)
            except pictures.NotAPicture as error:
                raise MediaRefused(error.reason) from None
