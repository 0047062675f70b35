"""Interims, nearly all of accounting: those that change nothing but counters are written many in one transaction, before Django."""

from collections.abc import Sequence
from typing import Final

import msgspec

from nanhu.kernel.together import Together
from nanhu.services.network.services.accounting import Facts, Record, record_of
from nanhu.services.network.swift import CONNECTIONS, INTERIMS

MOST: Final = 64
AT_ONCE: Final = 4
"""While one commits the next goes: PostgreSQL commits them together. With one at a time each record waits for two."""
APART: Final = 0.002
"""A statement costs the processor as much as ten records in it: at a rush each waits so long for company."""


def account(application: str, facts: Facts) -> bool:
    """True where it is written and committed; false where it is no such record, and accounting is to look at it."""
    record = record_of(application, facts)
    return record.status == "interim" and bool(record.sid and record.nas) and TOGETHER(record)


def carry(records: Sequence[Record]) -> list[bool]:
    """Each session once: what else is said of it is the next one's."""
    once = {(one.nas, one.identifier, one.sid): place for place, one in enumerate(records)}
    places = list(once.values())
    said = msgspec.json.encode([records[place] for place in places])
    written = (CONNECTIONS.value(INTERIMS, [said.decode()]) or b"").decode()
    done = {places[int(number) - 1] for number in written.split(",") if number}
    return [place in done for place in range(len(records))]


TOGETHER: Final = Together(carry, most=MOST, at_once=AT_ONCE, apart=APART)
