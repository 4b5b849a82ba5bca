"""The part of the control API that records chats, keeps them and plays them again: /api/recording..."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from linea.simulator import asking, recording
from linea.simulator.asking import BadWish
from linea.simulator.ledger import Ledger
from linea.simulator.people import People
from linea.simulator.replay import Player

WAIT, LONGEST_WAIT = 30.0, 120.0  # seconds for each answer of the line
LONGEST_CHAT = 500


class Shelf:
    """Recordings in a folder, and the routes to them."""

    def __init__(self, folder: Path, ledger: Ledger, people: People, player: Player) -> None:
        self._folder = folder
        self._ledger = ledger
        self._people = people
        self._player = player

    def routes(self) -> list[Route]:
        """Every route of recordings."""
        return [
            Route("/api/recording", self.one),
            Route("/api/recordings", self.all, methods=["GET", "POST"]),
            Route("/api/replay", self.replay, methods=["POST"]),
        ]

    async def one(self, request: Request) -> Response:
        """A chat as YAML."""
        query = dict(request.query_params)
        text = self._written(
            query.get("phone", ""),
            query.get("channel"),
            int(asking.number(query, "since", 0)),
            query.get("title", ""),
        )
        return PlainTextResponse(text, media_type="application/yaml")

    async def all(self, request: Request) -> Response:
        """The recordings kept; POST keeps one more."""
        if request.method == "POST":
            types: asking.Types = {"name": str, "phone": str, "channel": str, "since": int, "title": str}
            wish = await asking.wish(request, types, ("name", "phone"))
            path = self._path(wish["name"])
            title = wish.get("title", wish["name"])
            text = self._written(wish["phone"], wish.get("channel"), wish.get("since", 0), title)
            self._folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return JSONResponse({"recordings": [self._told(path) for path in sorted(self._folder.glob("*.yml"))]})

    async def replay(self, request: Request) -> Response:
        """Play a recording and say how it went."""
        types: asking.Types = {"name": str, "recording": str, "phone": str, "channel": str}
        wish = await asking.wish(request, {**types, "wait": (int, float)})
        if ("name" in wish) == ("recording" in wish):
            raise BadWish("exactly one is needed of: name, recording")
        text = wish["recording"] if "recording" in wish else self._kept(wish["name"])
        conversation = recording.read(text)
        if "channel" in wish:
            channel = asking.channel(wish["channel"])
            conversation = recording.Conversation(conversation.title, channel, conversation.steps)
        phone = asking.phone(wish["phone"]) if "phone" in wish else self._people.free_number()
        wait = min(max(wish.get("wait", WAIT), 0), LONGEST_WAIT)
        return JSONResponse(await self._player.play(conversation, phone, wait))

    def _written(self, phone: str, channel: str | None, since: int, title: str) -> str:
        channel = asking.channel(channel)
        rows = self._ledger.messages(asking.phone(phone), since, LONGEST_CHAT)
        return recording.written(title, channel, [row for row in rows if row["channel"] == channel])

    def _path(self, name: str) -> Path:
        if not recording.NAME.fullmatch(name):
            raise BadWish("name must be made of a-z, 0-9, _ and -")
        return self._folder / f"{name}.yml"

    def _kept(self, name: str) -> str:
        try:
            return self._path(name).read_text(encoding="utf-8")
        except OSError as error:
            raise BadWish(f"there is no recording {name}") from error

    def _told(self, path: Path) -> dict[str, object]:
        try:
            kept = recording.read(path.read_text(encoding="utf-8"))
        except (BadWish, OSError, UnicodeDecodeError) as error:
            return {"name": path.stem, "title": str(error), "channel": "", "steps": 0}
        return {
            "name": path.stem, "title": kept.title, "channel": kept.channel, "steps": len(kept.steps)
        }  # fmt: skip
