"""What is really said: the text for a channel, its values filled, its status and date looked at now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from linea import gsm7
from linea.advice import Table
from linea.bank import advice_files, checking, placeholders, reading, schedule
from linea.bank.button_rules import MOST_DESCRIPTION
from linea.bank.entry import CHILDREN, Answer, BankError, Entry, RenderError, State, Wording
from linea.bank.placeholders import Facts
from linea.hours import LIMA, Schedule
from linea.messages import Body, Option


@dataclass(frozen=True)
class Bank:
    """All that the line can say. Never changes: a new version is a new Bank."""

    entries: Mapping[str, Entry]
    lines: Mapping[str, tuple[Wording, ...]]
    facts: Facts
    version: str  # a hash over the files it was read from
    timezone: ZoneInfo = LIMA
    schedule: Schedule = field(default_factory=Schedule)
    advice: Mapping[str, Table] = field(default_factory=dict)

    def line(self, name: str, channel: str, **values: str) -> Body:
        """A fixed sentence for a channel; an option's id is its payload (`/intent` or `faq/<id>`).

        Raises RenderError for a name nobody wrote or a placeholder without a value.
        """
        if name not in self.lines:
            raise RenderError(f"no line {name}")
        return self._body(self.lines[name], channel, values)

    def answer(self, entry_id: str, channel: str, now: datetime, production: bool) -> Answer:
        """The answer of an entry at `now` (aware), or what is said in its place, and who must follow.

        A withdrawn entry is never sent. In production neither is an expired or an unsigned one:
        the person is told where the official place is and offered a person; elsewhere it is sent with
        a mark. Entries marked `safety`
        are sent all the same: neither a date nor a missing signature may silence safety.
        An entry whose value the programme has not given goes to a person.
        Raises RenderError for an id that is not in the bank.
        """
        if now.tzinfo is None:
            raise ValueError("now must be aware")
        entry = self.entries.get(entry_id)
        if entry is None:
            raise RenderError(f"no entry {entry_id}")
        today = now.astimezone(self.timezone).date()
        state = _state(entry, today, production)
        silenced = production and state in ("expired", "unsigned") and not entry.safety
        if state == "withdrawn" or silenced:
            return self._instead(entry, channel, state)
        if any(self.facts.is_empty(key) for key in _keys(_choose(entry.wordings, channel))):
            return Answer(self.line("utter_empty_value", channel), "always", "empty", entry_id, withheld=True)
        body = self._body(entry.wordings, channel, {})
        if not production and state != "live":
            mark = "utter_expired_mark" if state == "expired" else "utter_review_mark"
            body = _before(self.line(mark, channel).text, body)
        return Answer(body, entry.handover, state, entry_id)

    def offer(self, entry_id: str, channel: str) -> Option:
        """An entry as one of several to choose from: its short name and, where there is room, its question.

        Its id is the payload `faq/<id>`. By SMS there is no description, and the name is in letters that
        fit. Raises RenderError for an id that is not in the bank.
        """
        entry = self.entries.get(entry_id)
        if entry is None:
            raise RenderError(f"no entry {entry_id}")
        payload = f"faq/{entry_id}"
        if channel == "sms":
            return Option(payload, gsm7.plain(entry.short))
        return Option(payload, entry.short, _cut(entry.title, MOST_DESCRIPTION))

    def is_for_children(self, entry_id: str) -> bool:
        """Whether a child may read the answer of an entry."""
        entry = self.entries.get(entry_id)
        return entry is not None and CHILDREN in entry.audience

    def leads_to(self, entry_id: str) -> str:
        """The purpose that is offered below the answer of an entry; "" where none is."""
        entry = self.entries.get(entry_id)
        return entry.leads_to if entry is not None else ""

    def value(self, key: str) -> str:
        """A number of the directory or a value of the programme; "" while it is not known.

        Raises RenderError for a key that stands in neither file.
        """
        value = self.facts.value(key)
        if value is None:
            raise RenderError(f"no value named {key}")
        return value

    def _instead(self, entry: Entry, channel: str, state: State) -> Answer:
        name = "utter_expired" if state == "expired" else "utter_unsigned"
        official = placeholders.fill(entry.official, self.facts, channel, {})
        body = self.line(name, channel, official=official)
        return Answer(
            body, "always" if entry.handover == "always" else "offer", state, entry.id, withheld=True
        )

    def _body(self, wordings: tuple[Wording, ...], channel: str, values: Mapping[str, str]) -> Body:
        wording = _choose(wordings, channel)

        def fill(text: str) -> str:
            return placeholders.fill(text, self.facts, channel, values)

        options = tuple(
            replace(
                option,
                title=fill(option.title),
                description=fill(option.description) if option.description else None,
            )
            for option in wording.options
        )
        return Body(fill(wording.text), options, wording.button)


def load(bank_dir: Path, content_dir: Path, timezone: ZoneInfo = LIMA) -> Bank:
    """The bank of a folder, with the lines, directory and programme of `content_dir`.

    `timezone` decides on which day an entry expires. Raises BankError with the findings that keep the
    line from answering rightly; the others are for `linea bank check`.
    """
    checked = checking.inspect(bank_dir, content_dir)
    if checked.blocking():
        raise BankError(checked.blocking())
    files = checked.files
    return Bank(
        entries={file.path.stem: reading.entry(file) for file in files.entries},
        lines={
            name: reading.wordings(node)
            for file in (*files.lines, *files.advice)
            for name, node in reading.responses(file).items()
        },
        facts=schedule.facts(files),
        version=files.version(),
        timezone=timezone,
        schedule=schedule.read(files, timezone),
        advice=advice_files.tables(files),
    )


def _state(entry: Entry, today: date, production: bool) -> State:
    if entry.status == "withdrawn":
        return "withdrawn"
    if entry.is_expired(today):
        return "expired"
    if entry.is_live():
        return "live"
    return "unsigned" if production else "review"


def _choose(wordings: tuple[Wording, ...], channel: str) -> Wording:
    """The wording of the channel itself, else the default (Rasa's order, core/nlg/response.py)."""
    named = {wording.channel: wording for wording in reversed(wordings)}
    return named[channel] if channel in named else named[None]


def _keys(wording: Wording) -> set[str]:
    options = [words for option in wording.options for words in (option.title, option.description or "")]
    return {key for text in (wording.text, *options) for key in placeholders.keys(text)}


def _cut(text: str, most: int) -> str:
    """The text, or as many whole words of it as fit with a mark that more stood there."""
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,.;:¿¡") + "…"


def _before(mark: str, body: Body) -> Body:
    return replace(body, text=f"{mark}\n{body.text}")
