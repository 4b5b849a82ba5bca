"""Turns what somebody is to send over WhatsApp into the message object that Meta would make of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from linea.simulator import bodies, envelopes, files
from linea.simulator.asking import BadWish, Types, checked
from linea.simulator.files import Files
from linea.simulator.ledger import Ledger, Row

MOST_PICTURES = 30  # of an album, as in WhatsApp
MARKS = ("reaction", "edit", "revoke")  # what marks another bubble instead of being one
FILE: Types = {"media_id": str, "caption": str, "filename": str}
WISHES: dict[str, type | tuple[type, ...]] = {
    "text": str,
    "option_id": str,
    "tap": str,
    **dict.fromkeys(files.KINDS, dict),
    "album": dict,
    "location": dict,
    "contacts": list,
    "reaction": dict,
    "edit": dict,
    "revoke": dict,
    "unsupported": str,
    "raw": dict,
}
BESIDE: Types = {"title": str, "reply_to": str, "referral": (bool, dict), "forwarded": bool}
REFERRAL = {
    "source_url": "https://fb.me/2aBcDeFgH",
    "source_id": "120210000000000001",
    "source_type": "ad",
    "headline": "Línea de ayuda",
    "body": "Escríbenos por WhatsApp",
    "media_type": "image",
    "image_url": "https://scontent.example.org/anuncio.jpg",
    "ctwa_clid": "ARAkLkA8rmlFeiCktEJQ-QTwRiyYHAFDLMNDBH0CD3qpjd0HR4irJ6LE",
}


def read(wish: Row) -> tuple[str, Any, Row]:
    """The one kind of thing that is wished for, its value, and what was said beside it. Raises BadWish."""
    kinds = [name for name in wish if name in WISHES]
    if len(kinds) != 1 or wish[kinds[0]] == "":
        raise BadWish(f"exactly one is needed of: {', '.join(WISHES)}")
    beside = {name: value for name, value in wish.items() if name in BESIDE}
    return kinds[0], checked({"it": wish[kinds[0]]}, {"it": WISHES[kinds[0]]})["it"], beside


class Wishes:
    """What a person can send, with the chat it is sent into at hand."""

    def __init__(self, ledger: Ledger, store: Files) -> None:
        self._ledger = ledger
        self._files = store
        self._makers: dict[str, Callable[[str, Any, Row], Row]] = {
            "text": lambda phone, text, beside: {"type": "text", "text": {"body": text}},
            "option_id": self._option,
            "tap": self._tap,
            "location": lambda phone, place, beside: {"type": "location", "location": _place(place)},
            "contacts": lambda phone, cards, beside: {"type": "contacts", "contacts": _cards(cards)},
            "reaction": self._reaction,
            "edit": self._edit,
            "revoke": self._revoke,
            "unsupported": lambda phone, name, beside: _unsupported(name),
            "raw": lambda phone, raw, beside: raw,
            **{kind: self._file_of(kind) for kind in files.KINDS},
        }

    def messages(self, phone: str, wish: Row) -> list[Row]:
        """The message objects, without sender, id and time; several for an album. Raises BadWish."""
        kind, value, beside = read(wish)
        if kind == "album":
            return self._album(phone, value, beside)
        message = self._makers[kind](phone, value, beside)
        return [{**message, **self._beside(phone, message, beside)}]

    def target(self, phone: str, name: str, channel: str = "whatsapp") -> str:
        """The id of a message named by its id, or by whose it is and its place: "own:1", "line:2".

        Raises BadWish for a place that is empty.
        """
        whose, _, place = name.partition(":")
        if whose not in ("own", "line") or not place.isdigit():
            return name
        bubbles = self._ledger.chat(phone, "person" if whose == "own" else "line", channel)
        if not 1 <= int(place) <= len(bubbles):
            raise BadWish(f"there is no message {name}")
        return str(bubbles[int(place) - 1]["wamid"])

    def _beside(self, phone: str, message: Row, beside: Row) -> Row:
        more: Row = {}
        if "reply_to" in beside or beside.get("forwarded"):
            more["context"] = dict(message.get("context") or {})
        if "reply_to" in beside:
            answered = self.target(phone, beside["reply_to"])
            more["context"] |= {"from": envelopes.DISPLAY_NUMBER, "id": answered}
        if beside.get("forwarded"):
            more["context"]["forwarded"] = True
        if beside.get("referral"):
            more["referral"] = REFERRAL if beside["referral"] is True else beside["referral"]
        return more

    def _option(self, phone: str, option_id: str, beside: Row) -> Row:
        reply_to = self.target(phone, beside["reply_to"]) if "reply_to" in beside else None
        for message, option in self._offered(phone):
            if option["id"] == option_id and reply_to in (None, message["wamid"]):
                return _tapped(option, message["wamid"])
        if "title" not in beside:
            raise BadWish("no message offers this option_id; give a title to send it all the same")
        return _tapped({"kind": "button_reply", "id": option_id, "title": beside["title"]}, reply_to)

    def _tap(self, phone: str, name: str, beside: Row) -> Row:
        for message, option in self._offered(phone):
            if name in (option["title"], option["id"]):
                return _tapped(option, message["wamid"])
        raise BadWish(f"no message offers «{name}»")

    def _offered(self, phone: str) -> list[tuple[Row, Row]]:
        bubbles = self._ledger.chat(phone, "line")
        return [(message, option) for message in bubbles for option in bodies.options(message["content"])]

    def _file_of(self, kind: str) -> Callable[[str, Any, Row], Row]:
        return lambda phone, wish, beside: self._file(kind, phone, wish)

    def _file(self, kind: str, phone: str, wish: Row) -> Row:
        wish = checked(wish, FILE)
        file = self._files.sent(kind, wish, phone)
        part: Row = {
            "id": file["id"],
            "mime_type": file["mime"],
            "sha256": files.base64_hash(file),
            "url": f"https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid={file['id']}",
        }
        name = "audio" if kind == "voice" else kind
        if "caption" in wish:
            if name in ("audio", "sticker"):
                raise BadWish(f"{kind} has no caption")
            part["caption"] = wish["caption"]
        if kind == "document":
            part["filename"] = wish.get("filename") or file["name"] or "documento"
        if name == "audio":
            part["voice"] = kind == "voice"
        if kind == "sticker":
            part["animated"] = False
        return {"type": name, name: part}

    def _album(self, phone: str, wish: Row, beside: Row) -> list[Row]:
        wish = checked(wish, {"count": int, "caption": str}, ("count",))
        if not 2 <= wish["count"] <= MOST_PICTURES:
            raise BadWish(f"an album has 2 to {MOST_PICTURES} pictures")
        pictures = [self._file("image", phone, {}) for _ in range(wish["count"])]
        if "caption" in wish:
            pictures[0]["image"]["caption"] = wish["caption"]
        return [{**picture, **self._beside(phone, picture, beside)} for picture in pictures]

    def _reaction(self, phone: str, wish: Row, beside: Row) -> Row:
        wish = checked(wish, {"target": str, "emoji": str}, ("target",))
        target, emoji = self.target(phone, wish["target"]), wish.get("emoji", "")
        self._ledger.mark(target, reaction=emoji or None)
        return {
            "type": "reaction",
            "reaction": {"message_id": target, **({"emoji": emoji} if emoji else {})},
        }

    def _edit(self, phone: str, wish: Row, beside: Row) -> Row:
        wish = checked(wish, {"target": str, "text": str}, ("target", "text"))
        target = self.target(phone, wish["target"])
        self._ledger.mark(target, text=wish["text"], edited=True)
        message = {"type": "text", "text": {"body": wish["text"]}}
        return {"type": "edit", "edit": {"original_message_id": target, "message": message}}

    def _revoke(self, phone: str, wish: Row, beside: Row) -> Row:
        target = self.target(phone, checked(wish, {"target": str}, ("target",))["target"])
        self._ledger.mark(target, removed=True)
        return {"type": "revoke", "revoke": {"original_message_id": target}}


def _tapped(option: Row, wamid: str | None) -> Row:
    reply = {key: option[key] for key in ("id", "title", "description") if option.get(key) is not None}
    context = {"context": {"from": envelopes.DISPLAY_NUMBER, "id": wamid}} if wamid else {}
    return {"type": "interactive", "interactive": {"type": option["kind"], option["kind"]: reply}, **context}


def _place(wish: Row) -> Row:
    number = (int, float)
    types: Types = {"latitude": number, "longitude": number, "name": str, "address": str, "url": str}
    return checked(wish, types, ("latitude", "longitude"))


def _cards(wish: list[Any]) -> list[Row]:
    cards = [checked(card, {"name": str, "phones": list}) for card in wish]
    if not cards:
        raise BadWish("contacts needs at least one card")
    return [
        {
            **(
                {"name": {"formatted_name": card["name"], "first_name": card["name"]}}
                if "name" in card
                else {}
            ),
            "phones": [
                {"phone": str(phone), "wa_id": str(phone).lstrip("+"), "type": "CELL"}
                for phone in card.get("phones", [])
            ],
        }
        for card in cards
    ]


def _unsupported(name: str) -> Row:
    error = {
        "code": 131051,
        "title": "Message type unknown",
        "message": "Message type unknown",
        "error_data": {"details": "Message type is currently not supported."},
    }
    return {"type": "unsupported", "unsupported": {"type": name}, "errors": [error]}
