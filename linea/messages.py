"""What comes in and what goes out, in the line's own words, whatever the channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Kind = Literal["text", "option", "media", "location", "other", "silent", "copy"]
Change = Literal["number", "user_id", "device"]
Outcome = Literal["accepted", "retry", "uncertain", "failed", "halt"]


@dataclass(frozen=True)
class Sender:
    """Who wrote, as the channel names them. Any part may be missing (Meta, April 2026)."""

    phone: str | None  # "+" and exactly the digits received
    bsuid: str | None = None  # Meta's business-scoped user id
    parent_bsuid: str | None = None


@dataclass(frozen=True)
class Media:
    """A file that came with a message, still at the channel. `ref` finds it there: Meta's media id, or the
    address of Twilio's API; what a message itself gives as an address is never fetched."""

    ref: str
    type: str  # image video audio document sticker
    mime: str | None = None
    sha256: str | None = None  # base64, as Meta gives it
    name: str | None = None  # of a document: the last part of its path, made harmless
    voice: bool = False  # a voice note


@dataclass(frozen=True)
class Inbound:
    """One message of one person.

    `kind`: `text`; `option` (a tap); `media` and `location` (kept, a person can see them); `other` (kept,
    not understood, answered kindly); `silent` (reaction, edit, removal: kept, never answered, but watched
    for danger if it has words); `copy` (what somebody else answers, Meta's standby: watched, never answered).

    `details` is what an operator is shown beside the text, by these names and no others: `caption_of` the
    type of file the text belongs to; `location` {latitude, longitude, name, address}; `contacts` [{name,
    phones}]; `reaction` an emoji, "" when taken back; `edited`, `removed`, `forwarded`, `failed` (the file
    could not be had), `group` true; `referral` {headline, body, source}; `products` [{id, quantity}];
    `form` what a form held; `errors` [codes]; `context_summary` text.
    """

    channel: str
    key: str  # what a repeat is recognised by
    external_id: str
    sender: Sender
    kind: Kind
    type: str  # the vendor's own name for it
    text: str | None
    option_id: str | None
    sent_at: datetime | None
    reply_to: str | None  # the message it quotes, reacts to, edits or removes
    raw: dict[str, Any]
    media: tuple[Media, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class IdentityChange:
    """The channel says that who writes from an address may be somebody else now (DESIGN 5.1).

    `number`: from `before.phone` to `after.phone`; `user_id`: from one BSUID to another; `device`: WhatsApp
    was installed anew (`after` is None).
    """

    channel: str
    key: str
    change: Change
    before: Sender
    after: Sender | None
    at: datetime | None
    raw: dict[str, Any]


@dataclass(frozen=True)
class Takeover:
    """Somebody outside this line speaks with a person: an operator on the telephone's own app (`phone_app`,
    Meta's echoes) or another system on the number (`other_system`); `taken` false: they gave it back."""

    channel: str
    key: str
    person: Sender
    who: Literal["phone_app", "other_system"]
    taken: bool
    text: str | None  # what they wrote, where the channel says so
    at: datetime | None
    raw: dict[str, Any]


# Who of them has a chat, by the name that stands where an operator's does.
OUTSIDERS = {"phone_app": "teléfono", "other_system": "otro sistema"}


@dataclass(frozen=True)
class Status:
    """What became of a message we sent: `sent delivered read failed played`, or a name not known yet."""

    channel: str
    external_id: str
    outbox_id: str | None
    status: str
    error_code: int | None
    at: datetime | None


@dataclass(frozen=True)
class Problem:
    """Something signed that could not be read; kept whole, shown to a person, never dropped."""

    reason: str
    raw: Any


@dataclass(frozen=True)
class Parsed:
    """Everything one webhook body held."""

    messages: tuple[Inbound, ...] = ()
    statuses: tuple[Status, ...] = ()
    problems: tuple[Problem, ...] = ()
    changes: tuple[IdentityChange, ...] = ()  # to be stored before the messages beside them
    takeovers: tuple[Takeover, ...] = ()


@dataclass(frozen=True)
class Option:
    """One thing the person can tap. `id` is a payload until the outbox makes it opaque."""

    id: str
    title: str
    description: str | None = None


@dataclass(frozen=True)
class Body:
    """One message to a person: a text and, perhaps, what can be tapped below it.

    `words`: it asks for words, and a number answered to it is no option of an earlier message.
    """

    text: str
    options: tuple[Option, ...] = ()
    button: str | None = None  # the label that opens the options as a list
    words: bool = False

    def to_json(self) -> dict[str, Any]:
        """As a plain dictionary, the form it is stored in."""
        options = [{"id": o.id, "title": o.title, "description": o.description} for o in self.options]
        stored = {"text": self.text, "options": options, "button": self.button}
        return {**stored, "words": True} if self.words else stored

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Body:
        """The body stored by `to_json`."""
        options = tuple(Option(o["id"], o["title"], o.get("description")) for o in data.get("options", []))
        return cls(data["text"], options, data.get("button"), data.get("words", False))


@dataclass(frozen=True)
class Template:
    """A message that Meta has approved beforehand, for who has not written within a day; `values` fill its
    {{1}}, {{2}} …"""

    name: str
    language: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class SendResult:
    """What the channel answered to one attempt; `retry_after` in seconds, `detail` without personal data."""

    outcome: Outcome
    external_id: str | None = None
    error_code: int | None = None
    retry_after: float | None = None
    detail: str = ""
