"""The simulator's memory: people, their chats, every Graph request and every webhook, in one SQLite file."""

from __future__ import annotations

import json
import sqlite3
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from linea.simulator.changes import Changes
from linea.simulator.ledger_tables import (
    FLAGS,
    JSON_COLUMNS,
    PERSON_COLUMNS,
    SCHEMA,
    SHAPE,
    TABLES,
    TIME_COLUMNS,
)

Row = dict[str, Any]


class Ledger:
    """Everything that happened, in order; each write is announced through `changes`."""

    def __init__(self, path: Path, changes: Changes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.changes = changes
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = normal")
        if self._db.execute("pragma user_version").fetchone()[0] != SHAPE:
            for table in TABLES:
                self._db.execute(f"drop table if exists {table}")
            self._db.execute(f"pragma user_version = {SHAPE}")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file; the ledger cannot be used afterwards."""
        self._db.close()

    def reset(self) -> None:
        """Forget chats, requests and webhooks, and everybody who is not shown on the page."""
        for table in ("messages", "calls", "webhooks", "media"):
            self._db.execute(f"delete from {table}")
        self._db.execute("delete from people where shown = 0")
        self._db.execute("update people set stopped = 0")
        self.changes.publish("reset")

    # people

    def person(self, phone: str) -> Row | None:
        """The person of this number (or, for somebody without one, of this user id)."""
        return self._one("select * from people where phone = :a or user_id = :a", a=phone)

    def people(self) -> list[Row]:
        """Everybody, in the order in which they appeared."""
        return self._all("select * from people order by created, rowid")

    def put_person(self, row: Row) -> Row:
        """Add a person or change one; the new state."""
        changed = ", ".join(f"{name} = excluded.{name}" for name in PERSON_COLUMNS if name != "phone")
        self._db.execute(
            f"insert into people ({', '.join(PERSON_COLUMNS)}, created)"
            f" values (:{', :'.join(PERSON_COLUMNS)}, :created) on conflict (phone) do update set {changed}",
            {**row, "created": time.time()},
        )
        person = self.person(row["phone"])
        assert person is not None
        self.changes.publish("person", person)
        return person

    def move_person(self, before: str, phone: str, user_id: str) -> Row:
        """Give a person another number or user id; the chats, requests and webhooks go along."""
        self._db.execute("update people set phone = ?, user_id = ? where phone = ?", (phone, user_id, before))
        for table in ("messages", "calls", "webhooks", "media"):
            self._db.execute(f"update {table} set phone = ? where phone = ?", (phone, before))
        person = self.person(phone)
        assert person is not None
        self.changes.publish("moved", {"from": before, "to": phone})
        return person

    # messages

    def add_message(self, row: Row) -> Row:
        """Put a bubble into a chat; `content` is the message object as it was sent."""
        return self._insert("messages", "message", {"at": time.time(), **row})

    def set_state(self, wamid: str, state: str, error: int | None = None) -> Row | None:
        """What became of a message; the bubble, or None if it was forgotten meanwhile."""
        self._db.execute(
            "update messages set state = ?, error = coalesce(?, error) where wamid = ?", (state, error, wamid)
        )
        message = self.message(wamid)
        if message:
            self.changes.publish("message", message)
        return message

    def mark(self, wamid: str, **marks: Any) -> Row | None:
        """Show on a bubble what was done to it: `text reaction edited removed`; None if it is forgotten."""
        columns = ", ".join(f"{name} = :{name}" for name in marks)
        self._db.execute(f"update messages set {columns} where wamid = :wamid", {**marks, "wamid": wamid})
        message = self.message(wamid)
        if message:
            self.changes.publish("message", message)
        return message

    def message(self, wamid: str) -> Row | None:
        """The bubble with this id."""
        return self._one("select * from messages where wamid = :wamid", wamid=wamid)

    def messages(self, phone: str | None = None, since: int = 0, limit: int = 500) -> list[Row]:
        """The last `limit` bubbles after `since`, oldest first."""
        return self._listing("messages", phone, since, limit)

    def chat(self, phone: str, sender: str, channel: str = "whatsapp", state: str | None = None) -> list[Row]:
        """The bubbles of one side of a chat, newest first, without what only marks another bubble."""
        return self._all(
            "select * from messages where phone = :phone and channel = :channel and sender = :sender"
            " and type not in ('reaction', 'edit', 'revoke') and (:state is null or state = :state)"
            " order by id desc limit 200",
            phone=phone, channel=channel, sender=sender, state=state,
        )  # fmt: skip

    # requests and webhooks

    def add_call(self, row: Row) -> Row:
        """Write down one request of the line and what it was answered (nothing: the line was cut)."""
        return self._insert("calls", "call", {"at": time.time(), **row})

    def calls(self, phone: str | None = None, since: int = 0, limit: int = 500) -> list[Row]:
        """The last `limit` requests after `since`, oldest first."""
        return self._listing("calls", phone, since, limit)

    def add_webhook(self, row: Row) -> Row:
        """Write down one webhook before it is sent."""
        return self._insert("webhooks", "webhook", {"at": time.time(), "attempts": 0, **row})

    def webhook_tried(
        self, number: int, http_status: int | None, error: str | None, *, accepted: bool, given_up: bool
    ) -> Row | None:
        """Write down one attempt, and whether it was the last. None if it was forgotten meanwhile."""
        self._db.execute(
            "update webhooks set attempts = attempts + 1, http_status = ?, error = ?, accepted_at = ?,"
            " given_up = ? where id = ?",
            (http_status, error, time.time() if accepted else None, given_up, number),
        )
        row = self._one("select * from webhooks where id = :id", id=number)
        if row:
            self.changes.publish("webhook", row)
        return row

    def webhooks(self, phone: str | None = None, since: int = 0, limit: int = 500) -> list[Row]:
        """The last `limit` webhooks after `since`, oldest first."""
        return self._listing("webhooks", phone, since, limit)

    def open_webhooks(self) -> list[Row]:
        """Webhooks the line has not accepted yet and that come again, oldest first."""
        return self._all("select * from webhooks where accepted_at is null and given_up = 0 order by id")

    # files

    def add_media(self, row: Row) -> Row:
        """Keep a file: `id mime name sha256 size data phone` (sha256 as hex digits)."""
        self._db.execute(
            "insert into media (id, mime, name, sha256, size, data, phone)"
            " values (:id, :mime, :name, :sha256, :size, :data, :phone)",
            row,
        )
        return row

    def media(self, media_id: str) -> Row | None:
        """A file with its bytes."""
        return self._one("select * from media where id = :id", id=media_id)

    def has_media(self, media_id: object) -> bool:
        """Whether a file is known by this id."""
        if not isinstance(media_id, str):
            return False
        return self._db.execute("select 1 from media where id = ?", (media_id,)).fetchone() is not None

    # helpers

    def _insert(self, table: str, kind: str, row: Row) -> Row:
        stored = {key: json.dumps(value) if key in JSON_COLUMNS else value for key, value in row.items()}
        cursor = self._db.execute(
            f"insert into {table} ({', '.join(stored)}) values ({', '.join(':' + key for key in stored)})",
            stored,
        )
        added = self._one(f"select * from {table} where id = :id", id=cursor.lastrowid)
        assert added is not None
        self.changes.publish(kind, added)
        return added

    def _listing(self, table: str, phone: str | None, since: int, limit: int) -> list[Row]:
        rows = self._all(
            f"select * from {table} where id > :since and (:phone is null or phone = :phone)"
            " order by id desc limit :limit",
            since=since, phone=phone, limit=limit,
        )  # fmt: skip
        return rows[::-1]

    def _one(self, query: str, **values: Any) -> Row | None:
        row = self._db.execute(query, values).fetchone()
        return _readable(row) if row else None

    def _all(self, query: str, **values: Any) -> list[Row]:
        return [_readable(row) for row in self._db.execute(query, values)]


def _readable(row: sqlite3.Row) -> Row:
    result: Row = {}
    for key in row.keys():  # noqa: SIM118 - a Row iterates over its values
        value = row[key]
        if value is None:
            result[key] = None
        elif key in JSON_COLUMNS:
            result[key] = json.loads(value)
        elif key in TIME_COLUMNS:
            result[key] = datetime.fromtimestamp(value, timezone.utc).isoformat(timespec="milliseconds")
        elif key in FLAGS:
            result[key] = bool(value)
        else:
            result[key] = value
    return result
