"""Reads Meta's system messages: who writes from an address may be somebody else now (DESIGN 5.1)."""

from __future__ import annotations

import re

from linea.channels.whatsapp.senders import FROM, Contacts, card, names
from linea.channels.whatsapp.values import Item, moment, part, phone, text
from linea.messages import Change, IdentityChange, Sender

# https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/reference/messages/system
_KINDS: dict[str, Change] = {
    "user_changed_number": "number",
    "customer_changed_number": "number",
    "user_changed_user_id": "user_id",
    "customer_identity_changed": "device",
    "user_identity_changed": "device",
}

# The end of the sentence in `body` alone: before it stands a name that the person chose.
_FROM_TO = re.compile(r"\bfrom\W+(\+?[\w.]+)\W+to\W+(\+?[\w.]+?)\W*$")
_BSUID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")


def kind(item: Item) -> Change | None:
    """What a system message says has changed, or None: it says something else."""
    return _KINDS.get(text(part(item, "system").get("type")) or "")


def read(channel: str, key: str, change: Change, item: Item, contacts: Contacts) -> IdentityChange | None:
    """The change, in whichever of Meta's versions it is written, or None if it names nobody from before."""
    before: Sender | None
    after: Sender | None
    if change == "number":
        before, after = _number(item)
    elif change == "user_id":
        before, after = _user_id(item)
    else:
        before, after = contacts.complete(card(item, FROM)), None
    if before is None or not names(before):
        return None
    after = after if after and names(after) else None
    return IdentityChange(channel, key, change, before, after, moment(item.get("timestamp")), item)


def read_update(channel: str, number_id: str, item: Item) -> IdentityChange | None:
    """One entry of the field `user_id_update`, which ties the old user id to the new one."""
    ids, parents = part(item, "user_id"), part(item, "parent_user_id")
    before = Sender(None, text(ids.get("previous")), text(parents.get("previous")))
    after = Sender(phone(item.get("wa_id")), text(ids.get("current")), text(parents.get("current")))
    if before.bsuid is None or after.bsuid in (None, before.bsuid):
        return None
    at = item.get("timestamp")
    key = f"c:{number_id}:{before.bsuid}:{after.bsuid}:{text(at)}"
    return IdentityChange(channel, key, "user_id", before, after, moment(at), item)


def _number(item: Item) -> tuple[Sender, Sender]:
    """`wa_id` is the new number, `new_wa_id` in versions up to 11; `customer` or `from` the old one."""
    system, own = part(item, "system"), card(item, FROM)
    said_old, said_new = _from_to(system)
    new = phone(system.get("wa_id")) or phone(system.get("new_wa_id")) or phone(said_new)
    customer = phone((text(system.get("customer")) or "").partition("@")[0])
    old = next((one for one in (customer, own.phone, phone(said_old)) if one and one != new), None)
    after = Sender(new, text(system.get("user_id")), text(system.get("parent_user_id")))
    bsuid = text(system.get("previous_user_id")) or own.bsuid
    parent = text(system.get("previous_parent_user_id")) or own.parent_bsuid
    same = bsuid == after.bsuid  # then it names who it is now, not who it was
    return Sender(old, None if same else bsuid, None if same else parent), after


def _user_id(item: Item) -> tuple[Sender, Sender]:
    """`previous_user_id` and `user_id`; Meta's own example lacks the first, then `from…` tells."""
    system, own = part(item, "system"), card(item, FROM)
    said_old, said_new = (one if one and _BSUID.fullmatch(one) else None for one in _from_to(system))
    new = text(system.get("user_id")) or said_new
    candidates = (text(system.get("previous_user_id")), own.bsuid, said_old)
    old = next((one for one in candidates if one and one != new), None)
    after = Sender(phone(system.get("wa_id")), new, text(system.get("parent_user_id")))
    # A number that is the new one too may have been somebody else's before: the old user id alone is safe.
    number = None if old and own.phone == after.phone else own.phone
    return Sender(number, old, text(system.get("previous_parent_user_id"))), after


def _from_to(system: Item) -> tuple[str | None, str | None]:
    found = _FROM_TO.search((text(system.get("body")) or "")[-300:])
    return (found[1], found[2]) if found else (None, None)
