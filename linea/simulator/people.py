"""The people with their phones: who they are, and what becomes of their numbers and telephones."""

from __future__ import annotations

from linea.simulator import bodies, envelopes
from linea.simulator.asking import BadWish
from linea.simulator.ledger import Ledger, Row

FIRST_PEOPLE = (("+51987000001", "Rosa"), ("+51987000002", "Yuleisy"))
INVENTED = "+51987{:06d}"
CHANGEABLE = ("name", "open", "shown", "hides_phone", "stopped")


class People:
    """Everybody who has written or been written to."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def begin(self) -> None:
        """Put the first people on the page of a new ledger."""
        if not self._ledger.people():
            for phone, name in FIRST_PEOPLE:
                self.change({"phone": phone, "name": name, "open": True, "shown": True})

    def person(self, phone: str, *, open_: bool = False) -> Row:
        """The person of this number or user id; somebody new when nobody has it yet."""
        return self._ledger.person(phone) or self.change({"phone": phone, "open": open_})

    def change(self, wish: Row) -> Row:
        """Add a person or change one; without a phone an invented one is given.

        `hides_phone`: a user name hides the number; `stopped`: wrote STOP to the SMS number.
        """
        phone = wish.get("phone") or self.free_number()
        has_number = phone.startswith("+")
        row: Row = self._ledger.person(phone) or {
            "phone": phone,
            "name": "",
            "user_id": envelopes.user_id_for(phone) if has_number else phone,
            "open": False,
            "shown": False,
            "hides_phone": not has_number,
            "stopped": False,
        }
        return self._ledger.put_person({**row, **{key: wish[key] for key in CHANGEABLE if key in wish}})

    def new_number(self, before: Row, phone: str) -> Row:
        """Give a person another number ("" invents one), and with it another user id. Raises BadWish."""
        if not before["phone"].startswith("+"):
            raise BadWish("who has no number cannot change it")
        after = phone or self.free_number()
        if not bodies.PHONE.fullmatch(after):
            raise BadWish("new_phone must be a number")
        return self._move(before, after, envelopes.user_id_for(after))

    def new_user_id(self, before: Row, user_id: str) -> Row:
        """Give a person another user id ("" invents one). Raises BadWish."""
        after = user_id or envelopes.user_id_for(before["phone"] + before["user_id"])
        if not bodies.USER_ID.fullmatch(after):
            raise BadWish("new_user_id must be a user id")
        return self._move(before, before["phone"] if before["phone"].startswith("+") else after, after)

    def free_number(self) -> str:
        """An invented number that nobody has."""
        taken = {person["phone"] for person in self._ledger.people()}
        return next(n for n in (INVENTED.format(i) for i in range(1, 10**6)) if n not in taken)

    def _move(self, before: Row, phone: str, user_id: str) -> Row:
        for name in {phone, user_id}:
            other = self._ledger.person(name)
            if other and other["phone"] != before["phone"]:
                raise BadWish(f"{name} is somebody else's")
        return self._ledger.move_person(before["phone"], phone, user_id)
