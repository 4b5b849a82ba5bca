"""A payload with something wrong in it, and what must be found again all the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """One changed body: where and how it was changed, and what lies beside that place.

    `read` are texts and files that must come out as messages; `kept` are marks that must not be lost: each
    is in a message, a status, or in what is kept for a person.
    """

    where: str
    how: str
    raw: bytes
    read: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
