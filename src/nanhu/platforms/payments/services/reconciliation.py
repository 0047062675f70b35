"""Three books compared, a day at a time: what the other side's file says, what our orders say, what the ledger moved.

A difference has a name and somebody who sees to it; what agrees when compared again is closed by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, now, start_of
from nanhu.kernel.database.values import all_rows
from nanhu.platforms.payments.acp_file import REFUND
from nanhu.platforms.payments.books import orders as orders_of_rooms
from nanhu.platforms.payments.channels import acquirer_of, gateway_of
from nanhu.platforms.payments.models import Channel, Difference, Statement, StatementRow
from nanhu.platforms.payments.policies import CLERKS, FINANCE_OFFICE

Kind = Difference.Kind
BY = Actor.system("payments.reconciliation")
PAIRED = ("debit", "transfer_in", "cash_in", "settlement_in", "consume", "pay_out")
"""Movements that an order of ours stands behind; their reversals and refunds are taken off them."""
BY_REFERENCE = {"transfer_in", "cash_in", "settlement_in"}
"""What did not begin with a request of ours goes by the bank's own number."""
TAKEN_BACK = {"reversal": "debit", "refund": "consume"}
LOOKS = 3
"""On so many mornings a day's file is compared: its orders may end meanwhile."""
BANK_ANSWERS_WITHIN = timedelta(days=92)
"""So long a day is looked at again of which the other side has not said all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One order in the three books, in fen; 0 where a book does not have it."""

    order: str
    reference: str = ""
    campus_no: str = ""
    theirs_fen: int = 0
    ours_fen: int = 0
    ledger_fen: int = 0
    is_under_way: bool = False
    is_by_hand: bool = False

    @property
    def kind(self) -> Kind | None:
        if self.theirs_fen == self.ours_fen == self.ledger_fen:
            return None
        if self.is_under_way:
            return Kind.UNDER_WAY
        if self.theirs_fen and not self.ours_fen:
            return Kind.ONLY_THEIRS
        if self.ours_fen and not self.theirs_fen:
            return Kind.ONLY_OURS
        return Kind.AMOUNT if self.theirs_fen != self.ours_fen else Kind.LEDGER


def fetch_day(channel: Channel, day: date) -> Statement:
    """Fetch the other side's file; asked again it only adds what was not there."""
    rows = bank_rows(channel, day) if channel.kind == Channel.Kind.BANK else acquirer_rows(channel, day)
    said = gateway_of(channel).balance(day=day) if channel.kind == Channel.Kind.BANK else None
    with transaction.atomic():
        StatementRow.objects.bulk_create(rows, ignore_conflicts=True, batch_size=5000)
        held = StatementRow.objects.filter(channel=channel, day=day)
        facts = {"rows": held.count(), "sum_fen": sum(row.amount_fen for row in held.iterator()), "fetched_at": now()}
        facts["balance_fen"] = said
        statement, _made = Statement.objects.update_or_create(channel=channel, day=day, defaults=facts)
        return statement


def bank_rows(channel: Channel, day: date) -> list[StatementRow]:
    return [
        StatementRow(
            channel=channel,
            day=day,
            kind=line.kind,
            order=line.reference if line.kind in BY_REFERENCE else line.request,
            reference=line.reference,
            amount_fen=line.amount_fen,
            campus_no=line.campus_no,
            at=line.at,
        )
        for line in gateway_of(channel).fetch_statement(day=day)
    ]


def acquirer_rows(channel: Channel, day: date) -> list[StatementRow]:
    return [
        StatementRow(
            channel=channel,
            day=day,
            kind="refund" if row.kind == REFUND else "consume",
            order=f"TU{row.order[2:]}" if row.kind == REFUND else row.order,
            reference=row.query_id,
            amount_fen=row.amount_fen,
            fee_fen=row.fee_fen,
        )
        for row in acquirer_of(channel).fetch_file(day=day)
    ]


def reconcile(channel: Channel, day: date) -> list[Difference]:
    """Compare, write down what differs, close what does not any more; the differences that are open."""
    found = {one.order: one for one in compared(channel, day) if one.kind is not None}
    with transaction.atomic():
        known = {one.order: one for one in Difference.objects.select_for_update().filter(channel=channel, day=day)}
        for order, one in found.items():
            note(channel, day, one, known.get(order))
        gone = [
            one.pk
            for order, one in known.items()
            if order not in found and one.state == Difference.State.OPEN and one.kind != Kind.SUSPECT
        ]
        Difference.objects.filter(pk__in=gone).update(state=Difference.State.GONE, settled_at=now())
        facts = {"day": day.isoformat(), "channel": channel.name, "differences": len(found)}
        audit.record(by=BY, action="payments.reconcile", target=f"payments_channel:{channel.pk}", facts=facts)
    left = Difference.objects.filter(channel=channel, day=day, state=Difference.State.OPEN)
    return list(left.exclude(kind=Kind.SUSPECT).order_by("order"))


def note(channel: Channel, day: date, one: Compared, known: Difference | None) -> None:
    if one.kind is None or (known is not None and known.state not in {Difference.State.OPEN, Difference.State.GONE}):
        return
    if known is not None and known.kind == Kind.SUSPECT:
        return
    facts = {
        "kind": one.kind,
        "reference": one.reference,
        "campus_no": one.campus_no,
        "theirs_fen": one.theirs_fen,
        "ours_fen": one.ours_fen,
        "ledger_fen": one.ledger_fen,
        "owner": owner_of(one, channel),
        "state": Difference.State.OPEN,
        "settled_at": None,
    }
    Difference.objects.update_or_create(channel=channel, day=day, order=one.order, defaults=facts)


def owner_of(one: Compared, channel: Channel) -> str:
    """Who sees to it: we where we have too little, they where they have, nobody yet while the retries ask."""
    if one.kind is Kind.UNDER_WAY and one.is_by_hand:
        return str(FINANCE_OFFICE)
    return {
        Kind.ONLY_OURS: _("%(name)s（由银行经办催办）") % {"name": channel.name},
        Kind.UNDER_WAY: _("自动查找"),
        Kind.LEDGER: _("信息中心"),
    }.get(one.kind or Kind.AMOUNT, str(CLERKS))


def compared(channel: Channel, day: date) -> list[Compared]:
    """An order's rows of other days count with it: what is taken back later belongs to what was paid before."""
    books: dict[str, Compared] = {}
    of_day = StatementRow.objects.filter(channel=channel, day=day).values("order")
    for row in StatementRow.objects.filter(channel=channel, order__in=of_day).order_by("id"):
        sign = -1 if row.kind in TAKEN_BACK else 1
        if sign == 1 and row.kind not in PAIRED:
            continue
        held = books.get(row.order, Compared(order=row.order))
        books[row.order] = replace(
            held,
            theirs_fen=held.theirs_fen + sign * row.amount_fen,
            reference=held.reference or row.reference,
            campus_no=held.campus_no or row.campus_no,
        )
    for order, reference, fen, moved, is_under_way, is_by_hand in our_rows(channel, day, list(books)):
        held = books.get(order, Compared(order=order))
        books[order] = replace(
            held,
            reference=held.reference or reference,
            ours_fen=fen,
            ledger_fen=moved,
            is_under_way=is_under_way,
            is_by_hand=is_by_hand,
        )
    return sorted(books.values(), key=lambda one: one.order)


OURS = """
    WITH {orders}
    SELECT number, reference, CASE WHEN counts THEN amount_fen ELSE 0 END, moved_fen, is_under_way, is_by_hand
    FROM orders
    WHERE channel_id = %s AND (settled_on = %s OR number = ANY(%s)) AND (counts OR number = ANY(%s))
"""


def our_rows(channel: Channel, day: date, orders: list[str]) -> Iterable[tuple[str, str, int, int, bool, bool]]:
    return [
        (str(a), str(b), int(c), int(d), e, f)
        for a, b, c, d, e, f in all_rows(OURS.format(orders=orders_of_rooms()), [channel.pk, day, orders, orders])
    ]


def channels() -> list[Channel]:
    """Who sends us a file of each day."""
    return list(Channel.objects.filter(kind__in=["bank", "acquirer"], is_on=True).order_by("id"))


def bank_differences(day: date) -> list[Difference]:
    """For the day close: every channel's open differences of that day, the files fetched where that is possible now."""
    return [one for channel in channels() for one in compare_day(channel, day)]


def compare_day(channel: Channel, day: date) -> list[Difference]:
    fetch_day(channel, day)
    return reconcile(channel, day)


def days_to_compare(channel: Channel, today: date) -> list[date]:
    """The last mornings' days; behind them those that had no last look, since the school was read-only or somebody silent."""
    first = max(campus_time(channel.created_at).date(), today - BANK_ANSWERS_WITHIN)
    known = dict(Statement.objects.filter(channel=channel, day__gte=first).values_list("day", "fetched_at"))
    earlier = [today - timedelta(days=back) for back in range(LOOKS + 1, (today - first).days + 1)]
    left = [day for day in earlier if day not in known or known[day] < start_of(day + timedelta(days=LOOKS))]
    return [*(today - timedelta(days=back) for back in range(LOOKS, 0, -1)), *left]


def open_differences(day: date) -> list[Difference]:
    """Those that are written down, without asking anybody; a suspect notice is named by custody."""
    rows = Difference.objects.filter(day=day, state=Difference.State.OPEN).exclude(kind=Kind.SUSPECT)
    return list(rows.select_related("channel").order_by("pk"))
