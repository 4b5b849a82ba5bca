"""Whatever an editor writes, the check says so without a traceback, and a bank that loads can speak."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING

import pytest

from linea import bank

if TYPE_CHECKING:
    from tests.bank.conftest import Content

NOW = datetime(2027, 10, 1, tzinfo=timezone.utc)
STRANGE = ("", "3", "[]", "{a: [b]}", "[a, {b: c}]", "2026-11-01", '"[[x"', "*a")
GIVEN = {"official": "Infosalud 113", "hours": "de 9 a 18"}


def speak(ready: bank.Bank) -> None:
    """Everything this bank can say, on every channel."""
    for channel in ("whatsapp", "sms"):
        for production in (False, True):
            for entry_id in ready.entries:
                assert ready.answer(entry_id, channel, NOW, production).body.text
        for name in ready.lines:
            assert ready.line(name, channel, **GIVEN).text


def outcome(content: Content) -> tuple[bank.Finding, ...]:
    """The findings a bank is refused with; none, when it loads and everything in it can be said."""
    try:
        ready = bank.load(content.bank_dir, content.content_dir)
    except bank.BankError as error:
        return error.findings
    speak(ready)
    return ()


@pytest.mark.parametrize("where", ["entry", "directory", "programme", "nlu"])
def test_any_value_in_any_line_is_a_finding_or_can_be_said(content: Content, where: str) -> None:
    path = getattr(content, where)
    original = content.read(path)
    rows = original.splitlines()
    loaded = refused = 0
    for number, row in enumerate(rows):
        key, colon, _ = row.partition(":")
        changed = [row[: len(row) - len(row.lstrip())] + "%", key + "x" + colon + row[len(key) + 1 :]]
        changed += [f"{key}: {value}" for value in STRANGE] if colon else []
        for new in changed:
            content.write(path, "\n".join([*rows[:number], new, *rows[number + 1 :]]) + "\n")
            findings = outcome(content)
            assert all(finding.line >= 1 and finding.message for finding in findings)
            refused += bool(findings)
            loaded += not findings
    assert loaded
    assert refused
