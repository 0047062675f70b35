"""Custody (备付金): what we owe holders and merchants, what lies against it, and what the bank says it holds."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanhu.kernel.clock import end_of
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.day_sources import Found, Source, sources, sources_of_custody
from nanhu.platforms.payments.policies import FINANCE_OFFICE


def custody_on(day: date) -> dict[str, Any]:
    rows = ledger.trial_at(end_of(day))
    owed = sum(-row.net_fen for row in rows if row.kind == "liability")
    told = {one.key: one.balance(day) for one in sources_of_custody}
    held = {one.group for one in sources_of_custody}
    return {
        "owed_fen": owed,
        "covered_fen": sum(row.net_fen for row in rows if row.kind != "liability"),
        "bank_book_fen": sum(row.net_fen for row in rows if row.group in held),
        "bank_told_fen": sum_reported(told.values()),
        "suspects": [{"what": one.what, "fen": one.theirs_fen or 0, "owner": one.owner} for one in suspects_on(day)],
    }


def sum_reported(told: Iterable[int | None]) -> int | None:
    """None while one bank has not said: a part of the sum is no balance."""
    known = list(told)
    return None if not known or None in known else sum(fen for fen in known if fen is not None)


def suspects_on(day: date) -> list[Found]:
    return [one for source in sources_of_custody for one in source.suspects(day)]


def custody_differences(day: date) -> list[Found]:
    """The bank's own balance is that of our books, save what one of us booked on another day: each of those has its number.
    Where the bank has not said a balance, nothing is claimed."""
    state = custody_on(day)
    told, book, suspects = state["bank_told_fen"], state["bank_book_fen"], suspects_on(day)
    if told is None or told == book:
        return suspects
    items = [item for one in sources_of_custody for item in one.items(day)]
    known = book + sum((item.theirs_fen or 0) - (item.ours_fen or 0) for item in items)
    if known == told:
        return [*suspects, *items]
    return [*suspects, *items, Found(key="bank", what=_("备付金账户余额与账面不符"), ours_fen=known, theirs_fen=told)]


OWN = Source(
    key="custody",
    title=gettext_lazy("备付金核对"),
    owner=FINANCE_OFFICE,
    differences=custody_differences,
    order=40,
)
sources.add(OWN)
