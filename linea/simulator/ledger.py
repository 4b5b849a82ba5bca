"""The simulator's memory: people, their chats, every Graph request and every webhook, in one SQLite file."""

from __future__ import annotations

import json
import sqlite3
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from linea.simulator.changes import Changes

Row = dict[str, Any]

SCHEMA = """
create table if not exists people (
    phone text primary key, name text not null, user_id text not null unique,
    open integer not null, shown integer not null, hides_phone integer not null, created real not null
);
create table if not exists messages (
    id integer primary key, phone text not null, sender text not null, wamid text not null,
    at real not null, type text not null, text text, content text not null, reply_to text,
    outbox_id text, state text not null, error integer
);
create index if not exists messages_by_phone on messages (phone, id);
create index if not exists messages_by_wamid on messages (wamid);
create table if not exists calls (
    id integer primary key, phone text, at real not null, path text not null, kind text not null,
    request text not null, http_status integer, answer text, wamid text, fault text
);
create index if not exists calls_by_phone on calls (phone, id);
create table if not exists webhooks (
    id integer primary key, phone text, at real not null, kind text not null, status text, wamid text,
    copy integer not null, body text not null, attempts integer not null, http_status integer,
    error text, accepted_at real
);
create index if not exists webhooks_by_phone on webhooks (phone, id);
create index if not exists webhooks_open on webhooks (id) where accepted_at is null;
"""
JSON_COLUMNS = frozenset({"content", "request", "answer"})
TIME_COLUMNS = frozenset({"at", "accepted_at", "created"})
FLAGS = frozenset({"open", "shown", "hides_phone"})


class Ledger:
    """Everything that happened, in order; each write is announced through `changes`."""

    def __init__(self, path: Path, changes: Changes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.changes = changes
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = normal")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file; the ledger cannot be used afterwards."""
        self._db.close()

    def reset(self) -> None:
        """Forget chats, requests and webhooks, and everybody who is not shown on the page."""
        for table in ("messages", "calls", "webhooks"):
            self._db.execute(f"delete from {table}")
        self._db.execute("delete from people where shown = 0")
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
        columns = ("phone", "name", "user_id", "open", "shown", "hides_phone")
        self._db.execute(
            f"insert into people ({', '.join(columns)}, created) values (:phone, :name, :user_id, :open,"
            " :shown, :hides_phone, :created) on conflict (phone) do update set name = excluded.name,"
            " open = excluded.open, shown = excluded.shown, hides_phone = excluded.hides_phone",
            {**row, "created": time.time()},
        )
        person = self.person(row["phone"])
        assert person is not None
        self.changes.publish("person", person)
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

    def message(self, wamid: str) -> Row | None:
        """The bubble with this id."""
        return self._one("select * from messages where wamid = :wamid", wamid=wamid)

    def messages(self, phone: str | None = None, since: int = 0, limit: int = 500) -> list[Row]:
        """The last `limit` bubbles after `since`, oldest first."""
        return self._listing("messages", phone, since, limit)

    def line_messages(self, phone: str, state: str | None = None, limit: int = 200) -> list[Row]:
        """What the line sent to a person, newest first."""
        return self._all(
            "select * from messages where phone = :phone and sender = 'line'"
            " and (:state is null or state = :state) order by id desc limit :limit",
            phone=phone, state=state, limit=limit,
        )  # fmt: skip

    # requests and webhooks

    def add_call(self, row: Row) -> Row:
        """Write down one request to the Graph API and what it was answered (nothing: the line was cut)."""
        return self._insert("calls", "call", {"at": time.time(), **row})

    def calls(self, phone: str | None = None, since: int = 0, limit: int = 500) -> list[Row]:
        """The last `limit` requests after `since`, oldest first."""
        return self._listing("calls", phone, since, limit)

    def add_webhook(self, row: Row) -> Row:
        """Write down one webhook before it is sent."""
        return self._insert("webhooks", "webhook", {"at": time.time(), "attempts": 0, **row})

    def webhook_tried(self, number: int, http_status: int | None, error: str | None) -> Row | None:
        """Write down one attempt; an answer of 200 ends the matter. None if it was forgotten meanwhile."""
        accepted = time.time() if http_status == 200 else None
        self._db.execute(
            "update webhooks set attempts = attempts + 1, http_status = ?, error = ?, accepted_at = ?"
            " where id = ?",
            (http_status, error, accepted, number),
        )
        row = self._one("select * from webhooks where id = :id", id=number)
        if row:
            self.changes.publish("webhook", row)
        return row

    def webhooks(self, phone: str | None = None, since: int = 0, limit: int = 500) -> list[Row]:
        """The last `limit` webhooks after `since`, oldest first."""
        return self._listing("webhooks", phone, since, limit)

    def open_webhooks(self) -> list[Row]:
        """Webhooks the line has not accepted yet, oldest first."""
        return self._all("select * from webhooks where accepted_at is null order by id")

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
