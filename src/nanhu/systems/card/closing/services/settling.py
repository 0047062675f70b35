"""Settlement (结算): takings are summed when they are settled, so that payments share no row; a day is settled once."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Sum

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, end_of, start_of
from nanhu.kernel.database.values import all_rows
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.card.closing.errors import NoContractError
from nanhu.systems.card.closing.models import Contract, Settlement
from nanhu.systems.card.closing.rules import fee_of, last_day_due
from nanhu.systems.card.closing.services.contracts import contract_on
from nanhu.systems.card.models import Merchant

KIND = "card.settlement"
FEE_INCOME = "card.fee_income"
A_DAY = timedelta(days=1)
LATE_FOR = timedelta(days=92)
"""How long after a contract's end what was sold under it may still come in for it."""


def settle_due(*, by: Actor, today: date | None = None) -> list[Settlement]:
    """Settle every merchant whose period is over; asked twice it settles once."""
    today = today or campus_today()
    made = []
    for merchant in Merchant.objects.filter(pk__in=Contract.objects.values("merchant")).order_by("pk"):
        made += settle_contracts(by=by, merchant=merchant, until=today - A_DAY, last_of=partial(last_due, today=today))
    return made


def last_due(contract: Contract, today: date) -> date:
    """Of a merchant that is closed nothing more will come: no reason to wait for the cycle."""
    is_last = contract.merchant.state == Merchant.State.CLOSED
    return today - A_DAY if is_last else last_day_due(contract.cycle, today)


def settle(*, by: Actor, merchant: Merchant, last: date) -> Settlement | None:
    """Settle from where the last settlement ended to `last`. None where that is settled already."""
    contract = contract_on(merchant, last)
    if contract is None:
        raise NoContractError(merchant=merchant.name)
    made = settle_contracts(by=by, merchant=merchant, until=last, last_of=lambda _contract: last)
    return next((one for one in made if one.contract_id == contract.pk), None)


@transaction.atomic
def settle_contracts(
    *, by: Actor, merchant: Merchant, until: date, last_of: Callable[[Contract], date]
) -> list[Settlement]:
    """Each contract its own days, the oldest first: what was sold belongs to whose contract held on the day of the sale. One that has
    ended by `until` waits for no cycle."""
    Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
    made = []
    contracts = Contract.objects.filter(merchant=merchant, starts_on__lte=until).select_related("merchant")
    for contract in contracts.order_by("starts_on"):
        last = contract.ends_on if contract.ends_on is not None and contract.ends_on <= until else last_of(contract)
        first = first_open_day(contract)
        if first <= last:
            takings = max(unsettled(merchant, until=end_of(last)), 0)
            made.append(post_settlement(by=by, contract=contract, first=first, last=last, takings=takings))
        if (late := came_late(contract, until)) > 0:
            first = contract.starts_on
            made.append(post_settlement(by=by, contract=contract, first=first, last=last, takings=late, is_late=True))
    return made


def first_open_day(contract: Contract) -> date:
    newest = Settlement.objects.filter(merchant=contract.merchant_id, is_late=False).order_by("-last").first()
    return max(newest.last + A_DAY, contract.starts_on) if newest is not None else contract.starts_on


def came_late(contract: Contract, until: date) -> int:
    """Sold under a contract that has ended and brought in since, less what was taken back since of all its sales, and not settled."""
    ended = contract.ends_on
    if ended is None or until - ended > LATE_FOR:
        return 0
    account, first, over = contract.merchant.account_id, start_of(contract.starts_on), end_of(ended)
    sold = ledger.transfers_of(account, since=first, until=end_of(until)).filter(
        credit_account_id=account, occurred_at__gte=first, occurred_at__lt=over
    )
    taken_back = ledger.transfers_of(account, since=over, until=end_of(until)).filter(
        debit_account_id=account, reverses_entry_id__in=sold.order_by().values("entry_id")
    )
    settled = Settlement.objects.filter(contract=contract, is_late=True).aggregate(fen=Sum("takings_fen"))["fen"] or 0
    return sum_of(sold.filter(posted_at__gte=over)) - sum_of(taken_back) - settled


def sum_of(rows: QuerySet[Any]) -> int:
    return int(rows.order_by().aggregate(fen=Sum("amount_fen"))["fen"] or 0)


def post_settlement(
    *, by: Actor, contract: Contract, first: date, last: date, takings: int, is_late: bool = False
) -> Settlement:
    merchant = contract.merchant
    fee = fee_of(takings, contract.fee_per_mille)
    number = f"S{merchant.pk:05d}{last:%Y%m%d}"
    if is_late:
        number += f"B{Settlement.objects.filter(contract=contract, is_late=True).count() + 1}"
    entry_id = None
    if takings:
        payable, income = payable_of(merchant), fee_income()
        legs = [
            ledger.Leg(debit_account_id=merchant.account_id, credit_account_id=account, amount_fen=fen)
            for account, fen in ((payable, takings - fee), (income, fee))
            if fen
        ]
        entry_id = ledger.post(by=by, kind=KIND, legs=legs, key=f"{KIND}:{number}", reference=number).entry_id
    settled = Settlement.objects.create(
        number=number,
        merchant=merchant,
        contract=contract,
        first=first,
        last=last,
        is_late=is_late,
        takings_fen=takings,
        fee_fen=fee,
        payable_fen=takings - fee,
        entry_id=entry_id,
    )
    facts = {"first": first.isoformat(), "last": last.isoformat(), "fen": takings, "fee_fen": fee}
    audit.record(by=by, action="card.settle", target=f"merchant:{merchant.key}", facts=facts)
    return settled


def unsettled(merchant: Merchant, *, until: datetime) -> int:
    """All that was taken before the moment and never settled: what the account held then, less settlements posted since."""
    held = ledger.net_of(merchant.account_id, before=until)
    later = ledger.transfers_of(merchant.account_id, since=until).filter(kind=KIND)
    return held - sum_of(later)


def payable_of(merchant: Merchant) -> int:
    """What we owe the merchant by settlements, until the bank has paid it."""
    return opened(f"card.payable:{merchant.key}", f"应付商户 {merchant.name}", "liability")


def fee_income() -> int:
    return opened(FEE_INCOME, "商户管理费收入", "income")


def opened(code: str, name: str, kind: str) -> int:
    known = ledger.account_ids([code])
    return (known or ledger.open_accounts([ledger.AccountOrder(code=code, name=name, kind=kind)]))[code]


BY_DAY = """
    SELECT day, sum(credit)::bigint, sum(debit)::bigint FROM (
        SELECT (posted_at AT TIME ZONE 'Asia/Shanghai')::date AS day, amount_fen AS credit, 0 AS debit FROM ledger_transfer
         WHERE credit_account_id = %(account)s AND posted_at >= %(since)s AND posted_at < %(until)s
        UNION ALL
        SELECT (posted_at AT TIME ZONE 'Asia/Shanghai')::date, 0, amount_fen FROM ledger_transfer
         WHERE debit_account_id = %(account)s AND posted_at >= %(since)s AND posted_at < %(until)s AND kind <> 'card.settlement') AS leg
    GROUP BY 1 ORDER BY 1"""


def moved_by_day(merchant: Merchant, *, first: date, last: date) -> list[tuple[date, int, int]]:
    """Sales and what was taken back, of each day of a settlement."""
    return all_rows(BY_DAY, {"account": merchant.account_id, "since": start_of(first), "until": end_of(last)})
