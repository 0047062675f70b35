"""What a merchant took: live from the ledger for today, from sums of days for the past."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from nanhu.kernel.clock import campus_time, campus_today, end_of, start_of
from nanhu.kernel.database.values import all_rows
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.models import Merchant

HOURS = """
    SELECT extract(hour FROM occurred_at AT TIME ZONE 'Asia/Shanghai')::integer, sum(fen)::bigint, sum(n)::bigint FROM (
        SELECT occurred_at, amount_fen AS fen, 1 AS n FROM ledger_transfer
         WHERE credit_account_id = %(account)s AND posted_at >= %(since)s AND posted_at < %(until)s
        UNION ALL
        SELECT occurred_at, -amount_fen, 0 FROM ledger_transfer
         WHERE debit_account_id = %(account)s AND posted_at >= %(since)s AND posted_at < %(until)s AND kind <> 'card.settlement') AS leg
    GROUP BY 1 ORDER BY 1"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    fen: int
    sales: int
    by_hour: list[tuple[int, int, int]]


def today_of(merchant: Merchant, day: date | None = None) -> Today:
    """Sales less what was taken back, by the hour in which it was sold."""
    day = day or campus_today()
    hours = all_rows(HOURS, {"account": merchant.account_id, "since": start_of(day), "until": end_of(day)})
    return Today(fen=sum(fen for _h, fen, _n in hours), sales=sum(n for _h, _f, n in hours), by_hour=hours)


def last_sales(merchant: Merchant, limit: int = 15) -> list[dict[str, Any]]:
    rows = ledger.transfers_of(merchant.account_id, since=start_of(campus_today())).exclude(kind="card.settlement")
    return [
        {
            "at": campus_time(row.occurred_at),
            "fen": row.amount_fen if row.credit_account_id == merchant.account_id else -row.amount_fen,
        }
        for row in rows[:limit]
    ]


def gross_by(merchants: list[Merchant], *, first: date, last: date) -> tuple[dict[date, int], dict[str, int]]:
    """Takings before refunds by month and by canteen (or merchant that has none), of the days that are summed."""
    place = {one.account_id: one.canteen or one.name for one in merchants}
    months: dict[date, int] = {}
    places: dict[str, int] = {}
    for row in ledger.sums_by_day(place, first=first, last=last):
        month = row.day.replace(day=1)
        months[month] = months.get(month, 0) + row.credit_fen
        places[place[row.account_id]] = places.get(place[row.account_id], 0) + row.credit_fen
    return dict(sorted(months.items())), dict(sorted(places.items(), key=lambda item: -item[1]))
