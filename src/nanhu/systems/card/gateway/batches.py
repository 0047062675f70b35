"""Rows that are written together because that is cheap. One that cannot be written is left out and harms no other."""

import logging
from collections.abc import Sequence
from typing import Any

import msgspec
import psycopg

from nanhu.systems.card.gateway.database import Database, OutcomeUnknownError

log = logging.getLogger(__name__)


async def write_all(database: Database, statement: str, rows: Sequence[dict[str, Any]]) -> None:
    """`statement` takes the rows as one JSON list. While the database is away nothing is written: none of it is money."""
    if not rows:
        return
    try:
        await database.rows(statement, [msgspec.json.encode(rows).decode()])
    except OutcomeUnknownError:
        log.warning("the database was away: %d rows beside the payments were not written", len(rows))
    except (psycopg.Error, ValueError) as error:
        if len(rows) == 1:
            log.warning("a row that cannot be written was left out: %s", type(error).__name__)
            return
        for row in rows:
            await write_all(database, statement, [row])
