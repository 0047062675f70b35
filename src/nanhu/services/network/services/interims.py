"""Interims, nearly all of accounting: those that change nothing but counters are written many in one transaction, before Django."""

from collections.abc import Awaitable, Sequence
from typing import Final

import msgspec

from nanhu.kernel.together import Together, TogetherInLoop
from nanhu.services.network.services.accounting import Facts, Record, record_of
from nanhu.services.network.swift import CONNECTIONS, INTERIMS

MOST: Final = 64
AT_ONCE: Final = 4
"""While one commits the next goes: PostgreSQL commits them together. With one at a time each record waits for two."""
APART: Final = 0.002
"""A statement costs the processor as much as ten records in it: at a rush each waits so long for company."""


def account(application: str, facts: Facts) -> bool:
    """True where it is written and committed; false where it is no such record, and accounting is to look at it."""
    record = interim_of(application, facts)
    return record is not None and TOGETHER(record)


def account_soon(application: str, facts: Facts) -> Awaitable[bool] | None:
    """The same in an event loop; None: it is plainly no such record."""
    record = interim_of(application, facts)
    return None if record is None else TOGETHER_IN_LOOP(record)


def interim_of(application: str, facts: Facts) -> Record | None:
    record = record_of(application, facts)
    return record if record.status == "interim" and record.sid and record.nas else None


def carry(records: Sequence[Record]) -> list[bool]:
    places = last_of_each(records)
    return are_written(records, places, CONNECTIONS.value(INTERIMS, [said_of(records, places)]))


async def carry_soon(records: Sequence[Record]) -> list[bool]:
    places = last_of_each(records)
    return are_written(records, places, await CONNECTIONS.value_soon(INTERIMS, [said_of(records, places)]))


def last_of_each(records: Sequence[Record]) -> list[int]:
    """Each session once: what else is said of it is the next one's."""
    return list({(one.nas, one.identifier, one.sid): place for place, one in enumerate(records)}.values())


def said_of(records: Sequence[Record], places: Sequence[int]) -> str:
    return msgspec.json.encode([records[place] for place in places]).decode()


def are_written(records: Sequence[Record], places: Sequence[int], answer: bytes | None) -> list[bool]:
    """`answer`: which of those that were said, from one on."""
    done = {places[int(number) - 1] for number in (answer or b"").decode().split(",") if number}
    return [place in done for place in range(len(records))]


TOGETHER: Final = Together(carry, most=MOST, at_once=AT_ONCE, apart=APART)
TOGETHER_IN_LOOP: Final = TogetherInLoop(carry_soon, most=MOST, at_once=AT_ONCE, apart=APART)
