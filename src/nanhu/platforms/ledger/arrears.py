"""What persons owe: open bills, and those of them that are overdue (欠费), for many at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.registry import Outstanding
from nanhu.platforms.ledger.models import Bill
from nanhu.platforms.ledger.models.bills import OWED


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrear:
    """One bill past its day. `due_on` is the day it was deferred to, where it was."""

    bill_id: int
    number: str
    issuer: str
    item: str
    name: str
    owed_fen: int
    due_on: date


def open_bills(person_ids: Collection[int]) -> QuerySet[Any]:
    """Those of these persons and of records that were merged into theirs, the oldest due first. `holder`: whose it is now."""
    theirs = Q(person__in=person_ids) | Q(person__merged_into__in=person_ids)
    rows = Bill.objects.filter(theirs, state__in=OWED).select_related("item")
    return rows.annotate(
        holder=Coalesce("person__merged_into", "person"), falls_due_on=Coalesce("deferred_until", "due_on")
    ).order_by("falls_due_on", "id")


def arrears_of(person_ids: Collection[int], *, on: date | None = None) -> dict[int, list[Arrear]]:
    """One query, however many are asked for; who owes nothing is not in it."""
    found: dict[int, list[Arrear]] = {}
    rows = open_bills(person_ids).filter(falls_due_on__lt=on or campus_today())
    for bill in rows.annotate(item_code=F("item__code")):
        arrear = Arrear(
            bill_id=bill.pk,
            number=bill.number,
            issuer=bill.issuer,
            item=bill.item_code,
            name=bill.name,
            owed_fen=bill.owed_fen,
            due_on=bill.falls_due_on,
        )
        found.setdefault(bill.holder, []).append(arrear)
    return found


def outstanding_arrears(person_ids: Collection[int], _purpose: str) -> dict[int, list[Outstanding]]:
    """Arrears as an obligation (未了事项); a bill that was deferred is none before its day."""
    how = _("缴清这笔应缴，或办理缓缴、减免")
    return {
        person_id: [Outstanding(what=one.name, amount_fen=one.owed_fen, how=how) for one in rows]
        for person_id, rows in arrears_of(person_ids).items()
    }
