"""Who wrote: what a message says of its sender, completed from the contacts beside it."""

from __future__ import annotations

from typing import Any

from linea.channels.whatsapp.values import Item, phone, text
from linea.messages import Sender

FROM = ("from", "from_user_id", "from_parent_user_id")
TO = ("to", "to_user_id", "to_parent_user_id")
CONTACT = ("wa_id", "user_id", "parent_user_id")


class Contacts:
    """The contacts beside a change's messages, found by what they have in common with a sender."""

    def __init__(self, raw: list[Any]) -> None:
        self.raw = raw
        self.only: Sender | None = None
        self._by_name: dict[str, set[Sender]] = {}
        for contact in raw:
            if isinstance(contact, dict):
                found = card(contact, CONTACT)
                for name in names(found):
                    self._by_name.setdefault(name, set()).add(found)
                    self.only = found if len(raw) == 1 else None

    def complete(self, own: Sender) -> Sender | None:
        """The sender with the names that the one contact adds which agrees with it; None for nobody.

        A contact is never taken for its place in the list, except when it is the only one and the
        message names nobody (phone numbers may be missing since April 2026).
        """
        if not names(own):
            return self.only
        near = {found for name in names(own) for found in self._by_name.get(name, ())}
        agreeing = [found for found in near if _agrees(own, found)]
        if len(agreeing) != 1:
            return own
        other = agreeing[0]
        parent = own.parent_bsuid or other.parent_bsuid
        return Sender(own.phone or other.phone, own.bsuid or other.bsuid, parent)


def card(item: Item, keys: tuple[str, str, str]) -> Sender:
    """The names under these three keys: phone, business-scoped user id, its parent."""
    number, bsuid, parent_bsuid = (item.get(key) for key in keys)
    return Sender(phone(number), text(bsuid), text(parent_bsuid))


def names(sender: Sender) -> list[str]:
    """What the person can be found by; a parent's user id alone names nobody."""
    return [name for name in (sender.phone, sender.bsuid) if name]


def _agrees(one: Sender, other: Sender) -> bool:
    pairs = [(one.phone, other.phone), (one.bsuid, other.bsuid)]
    return all(mine == theirs for mine, theirs in pairs if mine and theirs)
