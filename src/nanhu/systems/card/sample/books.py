"""The first books of a campus: a contract for every merchant, what is due settled, yesterday closed. For the sample campus."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, campus_today, now
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.api import close_day
from nanhu.systems.card.closing.models import Contract
from nanhu.systems.card.closing.services.contracts import Terms, agree, let_see
from nanhu.systems.card.closing.services.settling import settle_due
from nanhu.systems.card.models import Merchant, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    contracts: int
    settled: int


def begin_books(*, by: Actor, shopkeepers: Sequence[int] = ()) -> Books:
    """Contracts for merchants that have none, from the first row on; the accounts named see the first merchant. Twice is harmless."""
    start = first_day()
    bare = Merchant.objects.exclude(pk__in=Contract.objects.values("merchant")).order_by("pk")
    made = [agree(by=by, merchant=one, terms=terms_for(one, start)) for one in bare]
    for account_id in shopkeepers:
        shop = Merchant.objects.exclude(canteen="").order_by("pk").first()
        if shop is not None:
            let_see(by=by, account_id=account_id, merchant=shop)
    ledger.sum_days()
    settled = settle_due(by=by)
    close_day(by=by, day=campus_today() - timedelta(days=1))
    return Books(contracts=len(made), settled=len(settled))


def first_day() -> date:
    first = Receipt.objects.order_by("posted_at").values_list("posted_at", flat=True).first()
    return campus_time(first or now()).date()


def terms_for(merchant: Merchant, start: date) -> Terms:
    """Windows of canteens weekly at 8 ‰, the others (shops, showers, the bus) monthly without a fee."""
    is_window = bool(merchant.canteen)
    return Terms(
        fee_per_mille=8 if is_window else 0,
        cycle=Contract.Cycle.WEEKLY if is_window else Contract.Cycle.MONTHLY,
        payee=f"{merchant.canteen or merchant.name}账户",
        account_token=f"sample-{merchant.key}",
        account_last4=f"{merchant.pk % 10000:04d}",
        starts_on=start,
    )
