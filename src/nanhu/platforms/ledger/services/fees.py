"""Fee items (收费项目): what may be charged from when to when, under which licence, and how much at most."""

from collections.abc import Collection
from datetime import date

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.dated import rules_on, supersede
from nanhu.kernel.once import lock_key
from nanhu.platforms.ledger.errors import FeeItemMissingError
from nanhu.platforms.ledger.models import FeeItem

FIRST_DAY = date(2000, 1, 1)


def set_fee_item(
    *,
    by: Actor,
    code: str,
    name: str,
    licence: str,
    ceiling_fen: int | None,
    starts_on: date,
    ends_on: date | None = None,
    reason: str,
) -> FeeItem:
    """What it meets is withdrawn, the days before and after stay as they were. Bills issued before keep theirs."""
    wanted = FeeItem(
        code=code, name=name, licence=licence, ceiling_fen=ceiling_fen, starts_on=starts_on, ends_on=ends_on
    )
    with transaction.atomic():
        lock_key(f"ledger.fee_item:{code}")
        supersede(by=by, wanted=[wanted], reason=reason)
        facts = {"fen": ceiling_fen, "licence": licence}
        audit.record(by=by, action="ledger.set_fee_item", target=f"fee_item:{code}", reason=reason, facts=facts)
    return wanted


def open_fee_item(*, by: Actor, code: str, name: str, reason: str) -> None:
    """One that was never set is open, without licence and ceiling, until the finance office sets it. Twice is harmless."""
    if FeeItem.objects.filter(code=code).exists():
        return
    with transaction.atomic():
        lock_key(f"ledger.fee_item:{code}")
        if not FeeItem.objects.filter(code=code).exists():
            set_fee_item(by=by, code=code, name=name, licence="", ceiling_fen=None, starts_on=FIRST_DAY, reason=reason)


def fee_ceilings(codes: Collection[str], on: date | None = None) -> dict[str, int | None]:
    """The most that a bill of each may be on a day, None without bound. A fee that no rule of that day allows is not in it; one that
    was never set is: whoever bills it first opens it."""
    day = on or campus_today()
    rules = FeeItem.objects.filter(code__in=codes)
    unset: dict[str, int | None] = dict.fromkeys(set(codes) - set(rules.values_list("code", flat=True)))
    return unset | dict(rules_on(rules, day).values_list("code", "ceiling_fen"))


def fee_names(on: date | None = None) -> dict[str, str]:
    """By their codes, all that may be charged on a day."""
    rows = rules_on(FeeItem.objects.order_by("code"), on or campus_today())
    return dict(rows.values_list("code", "name"))


def fee_items(codes: Collection[str], on: date | None = None) -> dict[str, FeeItem]:
    """Each of these as it holds on a day; one that does not is an error."""
    found = {item.code: item for item in rules_on(FeeItem.objects.filter(code__in=codes), on or campus_today())}
    missing = sorted(set(codes) - found.keys())
    if missing:
        raise FeeItemMissingError(item=missing[0])
    return found
