"""What the emulated company holds: departments, members, messages. In a file, so that it outlives the process."""

import json
import sqlite3
import threading
import time
from typing import Any

ACTIVE, DISABLED, INVITED, LEFT = 1, 2, 4, 5
"""Tencent's own numbers of a member's status."""
TABLES = """
    CREATE TABLE IF NOT EXISTS department (id INTEGER PRIMARY KEY, name TEXT NOT NULL, parent INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS member (userid TEXT PRIMARY KEY COLLATE NOCASE, name TEXT NOT NULL, mobile TEXT NOT NULL DEFAULT '',
        department TEXT NOT NULL, status INTEGER NOT NULL, email TEXT NOT NULL DEFAULT '');
    CREATE TABLE IF NOT EXISTS message (id TEXT PRIMARY KEY, userid TEXT NOT NULL COLLATE NOCASE, title TEXT, words TEXT, url TEXT,
        at REAL NOT NULL, recalled INTEGER NOT NULL DEFAULT 0);
    CREATE INDEX IF NOT EXISTS message_of ON message (userid, at);
    INSERT OR IGNORE INTO department VALUES (1, '学校', 0);
"""


class Store:
    def __init__(self, path: str = ":memory:") -> None:
        self.lock = threading.RLock()
        self.db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA synchronous = OFF")
        self.db.executescript(TABLES)

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        with self.lock:
            return [dict(row) for row in self.db.execute(query, values).fetchall()]

    def write(self, query: str, *values: Any) -> int:
        with self.lock:
            return self.db.execute(query, values).rowcount

    def member(self, userid: str) -> dict[str, Any] | None:
        found = self.rows("SELECT * FROM member WHERE userid = ?", userid)
        return {**found[0], "department": json.loads(found[0]["department"])} if found else None

    def members(self, limit: int = 500) -> list[dict[str, Any]]:
        return self.rows("SELECT * FROM member ORDER BY userid LIMIT ?", limit)

    def has_mobile(self, mobile: str, *, beside: str = "") -> bool:
        return bool(mobile and self.rows("SELECT 1 FROM member WHERE mobile = ? AND userid <> ?", mobile, beside))

    def put(  # noqa: PLR0917 - a row of the book
        self, userid: str, name: str, mobile: str, departments: list[int], status: int = INVITED, email: str = ""
    ) -> None:
        self.write(
            "INSERT OR REPLACE INTO member VALUES (?, ?, ?, ?, ?, ?)",
            userid.lower(),
            name,
            mobile,
            json.dumps(departments),
            status,
            email,
        )

    def has_departments(self, ids: list[int]) -> bool:
        known = {row["id"] for row in self.rows("SELECT id FROM department")}
        return set(ids) <= known

    def deliver(self, number: str, userids: list[str], card: dict[str, str]) -> None:
        moment = time.time()
        lines = [
            (f"{number}|{one}", one, card.get("title", ""), card.get("description", ""), card.get("url", ""), moment)
            for one in userids
        ]
        with self.lock:
            self.db.execute("BEGIN")
            self.db.executemany(
                "INSERT INTO message (id, userid, title, words, url, at) VALUES (?, ?, ?, ?, ?, ?)", lines
            )
            self.db.execute("COMMIT")

    def messages_of(self, userid: str, limit: int = 30) -> list[dict[str, Any]]:
        return self.rows(
            "SELECT * FROM message WHERE userid = ? AND NOT recalled ORDER BY at DESC LIMIT ?", userid, limit
        )
