"""What the worker says, watches for and whom it calls, read from files and again when they change."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from linea import bank, published, roster, triage
from linea.linear import Unreadable
from linea.messages import Body
from linea.on_call import Duty
from linea.settings import Settings


class Content:
    """The published bank, the signals of danger and the roster, read again when an editor changes a file."""

    def __init__(self, settings: Settings, log: Any) -> None:
        self.settings, self.log = settings, log
        self.light: triage.TrafficLight
        self._alone = False  # said already that the rules decide alone
        self.seen = self._stamp()
        try:
            self._take_in()
        except (bank.BankError, triage.TriageError) as error:
            copies = published.kept(settings.data_dir)
            if not all(folder.is_dir() for folder in copies):
                raise
            self.log.error("content_has_mistakes", error=error, see="linea bank check", used="the last good")
            self._read(*copies)

    def classify(self, text: str) -> triage.Triage:
        """The colour of a text."""
        return self.light.classify(text)

    def line(self, name: str, channel: str, **values: str) -> Body:
        """A fixed text of the line, with the values of its [[names]]."""
        return self.bank.line(name, channel, **values)

    @property
    def duty(self) -> Duty:
        """Who can be called, and when the programme is open."""
        return Duty(self.roster, self.bank.schedule)

    def refresh(self) -> None:
        """Take in changed files; with a mistake in them the old content stays, and it is said once."""
        stamp = self._stamp()
        if stamp == self.seen:
            return
        self.seen = stamp
        try:
            self._take_in()
        except (bank.BankError, triage.TriageError) as error:
            self.log.error("content_has_mistakes", error=error, see="linea bank check")
            return
        self.log.info("content_read_again", version=self.bank.version)

    def _take_in(self) -> None:
        """Read the files as they are now; without a mistake, keep a copy for a start upon one."""
        folders = (self.settings.bank_dir, self.settings.content_dir)
        self._read(*folders)
        if self._stamp() != self.seen:  # somebody is at it: the next look copies
            return
        try:
            published.keep(self.settings.data_dir, *folders, self.roster_file)
        except (OSError, shutil.Error) as error:
            self.log.error("content_not_kept", error=error)

    def _read(self, bank_dir: Path, content_dir: Path) -> None:
        fresh = bank.load(bank_dir, content_dir, self.settings.timezone)
        signals = triage.load(content_dir / "triage")
        self.bank, self.light = fresh, triage.TrafficLight(signals, self._classifier())
        self.roster = self._read_roster()

    def _classifier(self) -> triage.Classifier | None:
        """What the traffic light learnt; None, said once, until it has learnt something."""
        try:
            data = self.settings.classifier_file.read_bytes()
            found = triage.Classifier.from_bytes(data)
        except (OSError, Unreadable) as error:
            if not self._alone:
                self.log.warning("triage_by_rules_alone", error=error, see="linea train")
            self._alone = True
            return None
        self._alone = False
        return found

    def _read_roster(self) -> roster.Roster:
        """Who is called; upon a mistake who was before, in this process or in the one before it. A line that
        has neither starts with the contacts that can be read: fewer are better than none."""
        self.roster_file = self.settings.on_call_file
        found, mistakes = roster.read(self.roster_file)
        if not mistakes:
            return found
        self.log.error("on_call_has_mistakes", count=len(mistakes), see="linea bank check")
        self.roster_file = published.kept_roster(self.settings.data_dir)
        before = roster.read(self.roster_file)[0] if self.roster_file.is_file() else found
        return getattr(self, "roster", before)

    def _stamp(self) -> int:
        folders = (self.settings.bank_dir, self.settings.content_dir)
        paths = {path for folder in folders for path in folder.rglob("*.yml")}
        if self.settings.classifier_file.exists():
            paths.add(self.settings.classifier_file)
        if self.settings.on_call_file.is_file():
            paths.add(self.settings.on_call_file)
        return hash(tuple(sorted((str(path), path.stat().st_mtime_ns) for path in paths)))
