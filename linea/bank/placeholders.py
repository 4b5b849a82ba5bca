"""The values that stand in texts as [[key]]: found, filled, and known to be missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from linea import gsm7
from linea.bank.entry import RenderError

PLACEHOLDER = re.compile(r"\[\[([a-z][a-z0-9_]*)\]\]")
# What remains of a placeholder that was not written as [[key]]: two brackets, or a word in one.
BROKEN = re.compile(r"\[\[|\]\]|\[([a-z0-9_]+)\]")

# Values that code passes for a line when it says it, beside directory and programme.
LINE_VALUES: Mapping[str, frozenset[str]] = {
    "utter_unsigned": frozenset({"official"}),
    "utter_expired": frozenset({"official"}),
    "utter_test_advice": frozenset({"version", "date"}),
    "utter_symptom_advice": frozenset({"version", "date"}),
    "utter_crisis_nobody_until": frozenset({"until"}),
    "utter_handoff_waiting_closed": frozenset({"opens"}),
    "utter_page": frozenset({"kind", "code"}),
    "utter_page_thanks": frozenset({"code"}),
    "utter_page_late": frozenset({"code"}),
    "utter_cash_list_open": frozenset({"closes", "erased"}),
    "utter_cash_list_terms": frozenset({"closes", "erased"}),
    "utter_cash_list_done": frozenset({"erased"}),
    "utter_kept_cash_list": frozenset({"until_cash_list"}),
    **dict.fromkeys(
        (
            "utter_appointment_booked",
            "utter_appointment_cancel_ask",
            "utter_appointment_kept",
            "utter_appointment_move",
            "utter_appointment_moved",
            "utter_appointment_moved_by_team",
            "utter_appointment_none_to_move",
            "utter_appointment_off",
            "utter_appointment_when",
            "utter_reminder",
        ),
        frozenset({"when"}),
    ),
    "utter_appointment_by_line": frozenset({"where"}),
    "utter_appointment_by_visit": frozenset({"where"}),
    "utter_appointment_terms": frozenset({"days"}),
}
# How long such a value can be, where that matters.
LONGEST: Mapping[str, str] = {
    "until": "las 09:00 del miércoles 30",
    "opens": "el miércoles 30 a las 09:00",
    "code": "ZAMPOÑA-1234",
    "kind": "ROJO sin cerrar hace un dia",
    "closes": "31/12/2026",
    "erased": "31/12/2026",
    "until_cash_list": "31/12/2026",
}


@dataclass(frozen=True)
class Facts:
    """The numbers of the directory and the values of the programme, by key; an empty value is ""."""

    directory: Mapping[str, str] = field(default_factory=dict)
    programme: Mapping[str, str] = field(default_factory=dict)

    def value(self, key: str) -> str | None:
        """The value, "" when the programme has not given it yet, None when nobody knows the key."""
        return self.directory.get(key, self.programme.get(key))

    def is_empty(self, key: str) -> bool:
        """Whether the key is one of the programme's that has no value yet."""
        return key not in self.directory and self.programme.get(key) == ""


def keys(text: str) -> list[str]:
    """The keys a text uses, in order."""
    return PLACEHOLDER.findall(text)


def fill(text: str, facts: Facts, channel: str, values: Mapping[str, str]) -> str:
    """The text with every [[key]] replaced, for SMS by letters that fit.

    `values` go first, then the directory, then the programme. Raises RenderError for a key without
    a value: a text with a hole never goes out.
    """

    def replace(match: re.Match[str]) -> str:
        key = match.group(1)
        value = values.get(key) or facts.value(key)
        if not value:
            raise RenderError(f"no value for [[{key}]]")
        return gsm7.plain(value) if channel == "sms" else value

    return PLACEHOLDER.sub(replace, text)
