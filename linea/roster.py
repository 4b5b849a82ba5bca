"""Who is called when nobody is there: `on_call.yml`, read and checked. Numbers of the team, never logged.

The people on call stand in the order in which they are called; then the coordinator. What is told of the
team itself goes to `protection` alone (DESIGN 5.4, 5.6).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import phonenumbers

from linea import hours
from linea.bank import reading, spans
from linea.bank.entry import Finding
from linea.bank.reading import File
from linea.bank.yaml_tree import Node
from linea.hours import Span
from linea.plain import plain

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
ROLES = ("people", "coordinator", "protection")
LONGEST_NAME = 40  # as long as an operator's


@dataclass(frozen=True)
class Contact:
    """Somebody of the team who is called, and when; without spans, always."""

    name: str
    phone: str = field(repr=False)
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Roster:
    """Everybody who may be called."""

    people: tuple[Contact, ...] = ()
    coordinator: Contact | None = None
    protection: tuple[Contact, ...] = ()

    def ladder(self, now: datetime, zone: ZoneInfo, country: str = "PE") -> tuple[Contact, ...]:
        """Who is called now, in order: who is on call at this hour, then the coordinator. Nobody twice."""
        last = (self.coordinator,) if self.coordinator else ()
        on_call = tuple(each for each in self.people if hours.covers(each.spans, now, zone, country))
        return tuple({each.phone: each for each in reversed((*on_call, *last))}.values())[::-1]

    def named(self, name: str | None) -> Contact | None:
        """The contact of a name, as an operator may write it too; None if there is none."""
        coordinator = (self.coordinator,) if self.coordinator else ()
        every = (*self.people, *coordinator, *self.protection)
        return next((each for each in every if name and plain(each.name) == plain(name)), None)


def read(path: Path) -> tuple[Roster, list[Finding]]:
    """The roster of a file, and what is wrong with it; a contact with a mistake is left out.

    Without the file the roster is empty. Nothing in the file makes this raise.
    """
    if not path.is_file():
        missing = "falta el archivo de guardia: cópialo de data/on_call.yml, o quita LINEA_ON_CALL_FILE"
        return Roster(), [Finding(reading.shown(path), 1, missing, blocks=False)]
    file = reading.file(path)
    found = [file.advice(mistake.line, mistake.message) for mistake in file.mistakes]
    top = file.root.get("on_call") if file.root else None
    if file.root is not None and "on_call" not in file.root.names():
        found.append(file.advice(1, "aquí va «on_call:» con people, coordinator y protection"))
    for key in top.names() if top else []:
        if top is not None and key not in ROLES:
            found.append(file.advice(top.line_of(key), f"«{key}» no va aquí: usa {', '.join(ROLES)}"))
    contacts: dict[str, tuple[Contact, ...]] = {}
    for role in ROLES:
        node = top.get(role) if top else None
        contacts[role] = tuple(_contacts(file, node, found)) if node else ()
    if len(contacts["coordinator"]) > 1 and top is not None:
        found.append(file.advice(top.line_of("coordinator"), "«coordinator» es una sola persona: deja una"))
    found += _same_name(file, contacts)
    coordinator = contacts["coordinator"][0] if contacts["coordinator"] else None
    return Roster(contacts["people"], coordinator, contacts["protection"]), found


def _contacts(file: File, node: Node, found: list[Finding]) -> Iterator[Contact]:
    for item in node.items() or [node]:
        contact = _contact(file, item, found)
        if contact is not None:
            yield contact


def _contact(file: File, item: Node, found: list[Finding]) -> Contact | None:
    name, phone = item.get("name"), item.get("phone")
    before = len(found)
    for key in item.names():
        if key not in ("name", "phone", "covers"):
            found.append(file.advice(item.line_of(key), f"«{key}» no va aquí: usa name, phone y covers"))
    if name is None or not name.text() or len(name.text() or "") > LONGEST_NAME:
        found.append(
            file.advice(item.line_of("name"), f"falta «name»: un nombre de {LONGEST_NAME} letras o menos")
        )
    number = _number(phone)
    if number is None:
        found.append(
            file.advice(item.line_of("phone"), 'el teléfono va entre comillas, con + y país: "+51987654321"')
        )
    covered = item.get("covers")
    spent = tuple(
        span for each in (covered.items() if covered else []) if (span := spans.read(file, each, found))
    )
    if covered is not None and not covered.items():
        found.append(file.advice(covered.line, "«covers» es una lista: - days, from y to; sin ella, siempre"))
    if len(found) > before or name is None or number is None:
        return None
    return Contact((name.text() or "").strip(), number, spent)


def _number(node: Node | None) -> str | None:
    """A whole number of a telephone that exists, without spaces; None for anything else."""
    digits = re.sub(r"[\s().-]", "", (node.text() or "") if node else "")
    if not E164.fullmatch(digits):
        return None
    try:
        return digits if phonenumbers.is_possible_number(phonenumbers.parse(digits)) else None
    except phonenumbers.NumberParseException:
        return None


def _same_name(file: File, contacts: dict[str, tuple[Contact, ...]]) -> Iterator[Finding]:
    """Two people of one name: a page to one could go to the other."""
    known: dict[str, str] = {}
    for each in (contact for role in ROLES for contact in contacts[role]):
        if known.setdefault(plain(each.name), each.phone) != each.phone:
            yield file.advice(1, f"hay dos personas que se llaman «{each.name}»: añade el apellido")
