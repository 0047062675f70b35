"""What the banks say they hold for us at the end of a day, and which orders stand between their figure and that of our books."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from nanhu.kernel.database.values import all_rows
from nanhu.platforms.payments.books import orders
from nanhu.platforms.payments.models import Channel, Statement

LOOKED_BACK = timedelta(days=92)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """An order that one side had moved by the end of the day and the other had not. `is_booked`: our books move it on another day."""

    channel: Channel
    order: str
    theirs_fen: int
    ours_fen: int
    is_booked: bool


def banks() -> list[Channel]:
    return list(Channel.objects.filter(kind=Channel.Kind.BANK, is_on=True).order_by("id"))


def reported_balance(day: date) -> int | None:
    """The sum of all banks, as their files brought it; None while one has not said."""
    numbers = {one.pk for one in banks()}
    rows = Statement.objects.filter(channel__in=numbers, day=day, balance_fen__isnull=False)
    told = dict(rows.values_list("channel", "balance_fen"))
    return sum(fen for fen in told.values() if fen is not None) if numbers and set(told) == numbers else None


CROSSING = """
    WITH {orders}, theirs AS (
        SELECT "order" AS number, sum(CASE WHEN kind IN ('pay_out', 'reversal') THEN -amount_fen ELSE amount_fen END)::bigint AS fen
        FROM payments_statement_row WHERE channel_id = %(channel)s AND day > %(first)s AND day <= %(day)s GROUP BY 1
    ), ours AS (
        SELECT number, CASE WHEN counts OR is_under_way THEN (sign * moved_fen)::bigint ELSE 0 END AS fen, moved_at FROM orders
        WHERE channel_id = %(channel)s
          AND (settled_on > %(first)s OR settled_on IS NULL AND is_under_way OR number IN (SELECT number FROM theirs))
    )
    SELECT number, coalesce(t.fen, 0), CASE WHEN o.moved_at < %(until)s THEN o.fen ELSE 0 END, coalesce(o.fen <> 0, false)
    FROM theirs t FULL JOIN ours o USING (number)
    WHERE coalesce(t.fen, 0) <> CASE WHEN o.moved_at < %(until)s THEN o.fen ELSE 0 END
    ORDER BY number
"""


def crossing(day: date, *, until: datetime) -> list[Crossing]:
    """`until` is the end of that day in the books."""
    found = []
    for channel in banks():
        facts: dict[str, Any] = {"channel": channel.pk, "first": day - LOOKED_BACK, "day": day, "until": until}
        found += [
            Crossing(channel=channel, order=order, theirs_fen=theirs, ours_fen=ours, is_booked=is_booked)
            for order, theirs, ours, is_booked in all_rows(CROSSING.format(orders=orders()), facts)
        ]
    return found
