"""What the programme gives beside information (DESIGN 5.13; case study, table 2); the rest refers outwards.

The coordinator writes it in data/programme.yml, `scope`: some of the Spanish words below, or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from linea.plain import plain

if TYPE_CHECKING:
    from linea.bank.placeholders import Facts

KEY = "scope"
SERVICES: Mapping[str, str] = {"health_advice": "consejos", "appointments": "citas", "cash_list": "lista"}


def offers(facts: Facts, service: str) -> bool:
    """Whether the programme gives a service (`bank.facts` knows); information always is given.

    Raises KeyError for a service that is none.
    """
    return SERVICES[service] in words(facts.value(KEY) or "")


def words(value: str) -> list[str]:
    """The words of the setting as they were written: "consejos, citas" -> ["consejos", "citas"]."""
    return [word for part in value.split(",") if (word := plain(part))]
