"""The tables of the simulator's ledger, and which of their columns are more than text and numbers."""

from __future__ import annotations

SHAPE = 2  # a file of another shape is begun anew: nothing in it is worth more than that
SCHEMA = """
create table if not exists people (
    phone text primary key, name text not null, user_id text not null unique,
    open integer not null, shown integer not null, hides_phone integer not null,
    stopped integer not null, created real not null
);
create table if not exists messages (
    id integer primary key, phone text not null, channel text not null default 'whatsapp',
    sender text not null, wamid text not null, at real not null, type text not null, text text,
    content text not null, reply_to text, outbox_id text, state text not null, error integer,
    segments integer, media_id text,
    reaction text, edited integer not null default 0, removed integer not null default 0
);
create index if not exists messages_by_phone on messages (phone, id);
create index if not exists messages_by_wamid on messages (wamid);
create table if not exists calls (
    id integer primary key, phone text, channel text not null default 'whatsapp', at real not null,
    path text not null, kind text not null, request text not null, http_status integer, answer text,
    wamid text, fault text
);
create index if not exists calls_by_phone on calls (phone, id);
create table if not exists webhooks (
    id integer primary key, phone text, channel text not null default 'whatsapp', at real not null,
    path text not null, kind text not null, status text, wamid text, copy integer not null,
    body text not null, attempts integer not null, http_status integer, error text, accepted_at real,
    given_up integer not null default 0
);
create index if not exists webhooks_by_phone on webhooks (phone, id);
create index if not exists webhooks_open on webhooks (id) where accepted_at is null;
create table if not exists media (
    id text primary key, mime text not null, name text, sha256 text not null, size integer not null,
    data blob not null, phone text
);
"""
TABLES = ("people", "messages", "calls", "webhooks", "media")
PERSON_COLUMNS = ("phone", "name", "user_id", "open", "shown", "hides_phone", "stopped")
JSON_COLUMNS = frozenset({"content", "request", "answer"})
TIME_COLUMNS = frozenset({"at", "accepted_at", "created"})
FLAGS = frozenset({"open", "shown", "hides_phone", "stopped", "edited", "removed", "given_up"})
