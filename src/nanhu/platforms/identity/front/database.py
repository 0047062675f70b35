"""The statements of the front, on connections of its own."""

from collections.abc import Sequence
from typing import Protocol

from nanhu.kernel.database import swift
from nanhu.kernel.database.swift import AskDjangoError, Parameter

__all__ = ["AskDjangoError", "Connections", "Database"]
TICKET = b"SELECT identity_front_ticket($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
VERDICT = b"SELECT identity_front_verdict($1, $2, $3, $4, $5, $6, $7, $8, $9)"
VERSION = b"SELECT version FROM identity_registry_version"
NAMES = {TICKET: b"ticket", VERDICT: b"verdict", VERSION: b"version"}


class Database(Protocol):
    def value(self, statement: bytes, parameters: Sequence[Parameter]) -> bytes | None:
        """The one value of the one row of this statement, in a transaction of its own."""
        ...


class Connections(swift.Connections):
    def __init__(self) -> None:
        super().__init__(NAMES, title="nanhu-front")
