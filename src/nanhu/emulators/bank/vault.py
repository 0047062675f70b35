"""The bank's database, SQLite with full synchronisation: a transaction is in the file before anybody hears of it."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TABLES = """
CREATE TABLE IF NOT EXISTS account (card TEXT PRIMARY KEY, name TEXT, id_number TEXT, phone TEXT, balance INTEGER CHECK (balance >= 0));
CREATE TABLE IF NOT EXISTS agreement (token TEXT PRIMARY KEY, card TEXT, request TEXT UNIQUE, state TEXT);
CREATE TABLE IF NOT EXISTS request_log (request TEXT PRIMARY KEY, operation TEXT, body TEXT, status INTEGER, answer TEXT);
CREATE TABLE IF NOT EXISTS movement (id INTEGER PRIMARY KEY, request TEXT, kind TEXT, card TEXT, fen INTEGER, reference TEXT UNIQUE,
                                     day TEXT, at REAL, campus_no TEXT DEFAULT '');
CREATE TABLE IF NOT EXISTS notice (reference TEXT PRIMARY KEY, body TEXT, done INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS trade (query_id TEXT PRIMARY KEY, merchant TEXT, order_id TEXT, txn_time TEXT, fen INTEGER, state TEXT,
                                  back_url TEXT, tn TEXT UNIQUE, refunds TEXT DEFAULT '', paid_at REAL, UNIQUE (merchant, order_id));
CREATE TABLE IF NOT EXISTS payer (query_id TEXT PRIMARY KEY, card TEXT);
CREATE TABLE IF NOT EXISTS wallet_token (token TEXT PRIMARY KEY, card TEXT);
CREATE TABLE IF NOT EXISTS phone (number TEXT, app TEXT, facts TEXT, PRIMARY KEY (number, app));
CREATE TABLE IF NOT EXISTS file (name TEXT PRIMARY KEY, answer TEXT);
CREATE TABLE IF NOT EXISTS number (name TEXT PRIMARY KEY, last INTEGER);
"""


class Vault:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.RLock()
        path.parent.mkdir(parents=True, exist_ok=True)
        with self.opened() as books:
            books.executescript("PRAGMA journal_mode = WAL;" + TABLES)

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        books = sqlite3.connect(self.path, timeout=20, isolation_level=None)
        books.row_factory = sqlite3.Row
        books.execute("PRAGMA synchronous = FULL")
        try:
            yield books
        finally:
            books.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is in the file, or nothing."""
        with self.lock, self.opened() as books:
            books.execute("BEGIN IMMEDIATE")
            try:
                yield books
            except BaseException:
                books.execute("ROLLBACK")
                raise
            books.execute("COMMIT")

    def rows(self, query: str, *facts: object) -> list[dict[str, Any]]:
        with self.opened() as books:
            return [dict(row) for row in books.execute(query, facts)]


def next_number(books: sqlite3.Connection, name: str) -> int:
    books.execute("INSERT INTO number VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET last = last + 1", (name,))
    return int(books.execute("SELECT last FROM number WHERE name = ?", (name,)).fetchone()[0])


def as_text(facts: Mapping[str, Any]) -> str:
    return json.dumps(facts, ensure_ascii=False, sort_keys=True)
