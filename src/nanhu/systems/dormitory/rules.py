"""Pure rules of bills by room: of which month, and for what."""

import re
from datetime import date
from typing import Final

FEES: Final = {"water": ("water.dormitory", "宿舍水费"), "power": ("power.dormitory", "宿舍电费")}
"""The ledger's fee item of each, and what it is called."""
ITEMS: Final = {"水费": "water", "水": "water", "电费": "power", "电": "power"}
MONTH = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})(?:月|[-/.]\d{1,2}.*)?")
OLDEST_MONTHS: Final = 24
CLOSED, DEFERRED, NOBODY = "ledger.bill_closed", "ledger.bill_deferred", "ledger.no_direct_debit"
STILL_CHARGED: Final = "dormitory.still_charged"
"""Codes of what hinders a share, beside those of failures."""


def month_of(text: str) -> date | None:
    """2026-10, 2026/10, 202610, 2026年10月, or any day of it: its first day."""
    found = MONTH.fullmatch(text.strip())
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), 1)
    except ValueError:
        return None


def is_billable(month: date, today: date) -> bool:
    """Not of the future, not older than two years."""
    age = (today.year - month.year) * 12 + today.month - month.month
    return 0 <= age <= OLDEST_MONTHS
