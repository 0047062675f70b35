"""Depreciation by month (计提折旧): one SQL statement for all things, what is missing up to a month; twice adds nothing."""

from calendar import monthrange
from datetime import date

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.database.values import one_value, run
from nanhu.kernel.once import lock_key
from nanhu.kernel.ui import dates
from nanhu.systems.assets.errors import (
    MonthAheadError,
    MonthBookedError,
    MonthClosedError,
    MonthMissingError,
    MonthOrderError,
)
from nanhu.systems.assets.models import Asset, Booked, BookedMonth, Depreciation, MonthClose, Plan
from nanhu.systems.assets.queries.books import last_booked
from nanhu.systems.assets.rules import MONTHS_KEY, depreciation_of, month_after, month_of, months_between


def keep_months() -> None:
    """Neither run nor close until the transaction ends. Asked before any thing's row is locked, so that no two wait for each other."""
    run("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [MONTHS_KEY])


def is_closing(month: date) -> bool:
    """Closed, or compared with finance's cards and not given up; or a later one is."""
    given_up = [MonthClose.State.REFUSED, MonthClose.State.DISCARDED]
    return MonthClose.objects.filter(month__gte=month).exclude(state__in=given_up).exists()


@transaction.atomic
def depreciate(*, by: Actor, month: date) -> int:
    """How many rows were added. From the last day of the month on; the month after the last one, or the last one again."""
    first = month_of(month)
    if first.replace(day=monthrange(first.year, first.month)[1]) > campus_today():
        raise MonthAheadError
    lock_key(MONTHS_KEY)
    if is_closing(first):
        raise MonthClosedError(month=dates.month_words(first))
    last = last_booked()
    if last is not None and first not in {last, month_after(last)}:
        raise MonthOrderError(month=dates.month_words(month_after(last)))
    BookedMonth.objects.get_or_create(month=first, defaults={"by_name": by.name})
    added = int(one_value("SELECT assets_depreciate(%s, %s)", [first, first]))
    audit.record(by=by, action="assets.depreciate", target=f"month:{first:%Y-%m}", facts={"rows": added})
    return added


def accumulated_fen(asset: Asset) -> int:
    booked = Booked.objects.filter(asset=asset).values_list("fen", flat=True).first()
    return asset.carried_fen + (booked or 0)


def refuse_booked(asset: Asset, month: date) -> None:
    """Nothing leaves or changes its value in a month whose depreciation stands, or that is closed."""
    if is_closing(month) or Depreciation.objects.filter(asset=asset, month__gte=month).exists():
        raise MonthBookedError(month=dates.month_words(month))


def refuse_unbooked(asset: Asset, month: date) -> None:
    """What is left of its value is known once all months before this one stand."""
    plan = plan_of(asset)
    if plan is None:
        return
    due = min(plan.months, months_between(plan.from_month, month))
    if due > Depreciation.objects.filter(asset=asset, month__gte=plan.from_month).count():
        raise MonthMissingError


def plan_of(asset: Asset) -> Plan | None:
    return Plan.objects.filter(asset=asset, until_month=None).first()


def monthly_fen(asset: Asset) -> int:
    """What this month takes of it; nothing once its months are over."""
    plan = plan_of(asset)
    if plan is None:
        return 0
    return depreciation_of(plan.base_fen, plan.months, months_between(plan.from_month, campus_today()) + 1)


def months_left(plan: Plan, month: date) -> int:
    return max(0, plan.months - max(0, months_between(plan.from_month, month)))


def plan_anew(*, by: Actor, asset: Asset, month: date, months: int) -> None:
    """From this month on over so many months what is left of its value; the plan before it ends, its rows stay."""
    plan = plan_of(asset)
    if plan is not None:
        month = max(month, plan.from_month)
        plan.until_month = month
        plan.save(update_fields=["until_month"])
    left = asset.value_fen - accumulated_fen(asset)
    Plan.objects.create(asset=asset, from_month=month, base_fen=left, months=max(1, months), by_name=by.name)
