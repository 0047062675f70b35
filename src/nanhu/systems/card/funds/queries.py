"""Reading what waits: of a holder (always their own wallet), of a batch, of the whole office."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from nanhu.kernel.clock import now
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.kit.waiting import own_count
from nanhu.systems.card.funds.models import Claimable, ClaimOrder, PayoutBatch, PayoutRow
from nanhu.systems.card.models import Wallet

OPEN = (Claimable.State.WAITING, Claimable.State.WRITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What a holder may claim: now, later, and what is being written."""

    items: list[Claimable]
    now_fen: int
    later_fen: int
    writing_fen: int
    next_at: datetime | None

    @property
    def total_fen(self) -> int:
        return self.now_fen + self.later_fen + self.writing_fen


OPEN_CLAIMS = Prepared(
    lambda: Claimable.objects.filter(wallet=Given("wallet"), state__in=OPEN).order_by("available_at", "id")
)


def claims_of(person: Any) -> QuerySet[Claimable]:
    return Claimable.objects.filter(wallet__person=person, state__in=OPEN)


count_claims = own_count("card.claims", claims_of)
"""Most people have none: each home asks."""


def waiting_of(wallet: Wallet) -> Waiting:
    """One query."""
    items = OPEN_CLAIMS(wallet=wallet.pk)
    moment = now()
    waiting = [one for one in items if one.state == Claimable.State.WAITING]
    later = [one for one in waiting if one.available_at > moment]
    return Waiting(
        items=items,
        now_fen=sum(one.left_fen for one in waiting if one.available_at <= moment),
        later_fen=sum(one.left_fen for one in later),
        writing_fen=sum(one.left_fen for one in items if one.state == Claimable.State.WRITING),
        next_at=min((one.available_at for one in later), default=None),
    )


def past_of(wallet: Wallet) -> QuerySet[Claimable]:
    """What came to an end, newest first."""
    return Claimable.objects.filter(wallet=wallet).exclude(state__in=OPEN).order_by("-created_at", "-id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A batch by what became of its rows: count and sum of each."""

    claimed: tuple[int, int]
    waiting: tuple[int, int]
    returned: tuple[int, int]
    to_post: tuple[int, int]


def report_of(batch: PayoutBatch) -> Report:
    rows = PayoutRow.objects.filter(batch=batch).order_by()
    found: dict[str | None, tuple[int, int]] = {
        row["claimable__state"]: (row["count"], int(row["fen"]))
        for row in rows.values("claimable__state").annotate(count=Count("id"), fen=Sum("amount_fen"))
    }
    waiting = [found.get(state, (0, 0)) for state in OPEN]
    return Report(
        claimed=found.get(Claimable.State.CLAIMED, (0, 0)),
        waiting=(sum(count for count, _fen in waiting), sum(fen for _count, fen in waiting)),
        returned=found.get(Claimable.State.RETURNED, (0, 0)),
        to_post=found.get(None, (0, 0)),
    )


FILTERS = {
    "claimed": Q(claimable__state=Claimable.State.CLAIMED),
    "waiting": Q(claimable__state__in=OPEN),
    "returned": Q(claimable__state=Claimable.State.RETURNED),
}


def open_orders() -> QuerySet[ClaimOrder]:
    """Claims whose outcome nobody knows yet, oldest first."""
    rows = ClaimOrder.objects.filter(state=ClaimOrder.State.WRITING)
    return rows.select_related("card", "terminal").order_by("begun_at", "id")
