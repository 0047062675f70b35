"""Rents of what is let (租金): a bill of the ledger for each period, as it begins; the last one as the thing comes back.

A period that began is owed whole, and of what is kept too long each day at the same rate. Everything that bills locks the thing first. No
bill holds up a return: where the ledger refuses it (finance closed the fee item), the loan says why, and the nightly job bills it later.
"""

from datetime import date, timedelta
from itertools import takewhile
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import BigIntegerField, Case, Exists, OuterRef, Q, QuerySet, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import override

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, campus_today
from nanhu.kernel.errors import CampusError
from nanhu.kernel.jobs import alone
from nanhu.kernel.proposals import given
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people
from nanhu.systems.assets.errors import RentStandsError
from nanhu.systems.assets.models import Asset, Letting, Loan, Movement, Rent
from nanhu.systems.assets.rules import Period, days_over, rent_periods
from nanhu.systems.assets.services.own import refuse_own

ISSUER: Final = "assets"
FEE: Final = "assets.rent"
DAYS_TO_PAY: Final = timedelta(days=30)
UNBILLED: Final = Q(loan__rent_refused__gt="") | Q(extends__loan__rent_refused__gt="")
LET: Final = Q(state=Letting.State.DONE, rent_fen__gt=0)
OUT: Final = Q(loan__returned_at=None, loan__isnull=False) | Q(
    extends__loan__returned_at=None, extends__loan__isnull=False
)


def bill_what_began(by: Actor) -> int:
    """Of everything that is out, and of what is back without its last bills; how many bills. Run again it issues nothing more; what one
    cannot be issued holds up no other."""
    out = list(Letting.objects.filter(LET, OUT, asset__state=Asset.State.LENT).order_by("pk"))
    back = list(unbilled().order_by("pk"))
    if out or back:
        open_item(by)
    count = 0
    for letting in out:
        with alone("assets.rent_not_billed", letting=letting.pk):
            is_out = Asset.objects.select_for_update(no_key=True).filter(pk=letting.asset_id, state=Asset.State.LENT)
            if is_out.first() is not None:
                count += bill_until(by=by, letting=letting, day=campus_today())
    for loan in back:
        with alone("assets.rent_not_billed", loan=loan.pk):
            count += bill_again(by=by, loan=loan)
    return count


def bill_again(*, by: Actor, loan: Loan) -> int:
    Asset.objects.select_for_update(no_key=True).get(pk=loan.asset_id)
    found = unbilled().filter(pk=loan.pk).first()
    if found is None or found.returned_at is None:
        return 0
    count = settle(by=by, loan=found, day=campus_time(found.returned_at).date())
    found.save(update_fields=["rent_refused"])
    return count


def unbilled() -> QuerySet[Loan]:
    """What is back or lost for good (`is_lost`) and of which the ledger refused the last bills: `rent_refused` says why."""
    rows = Loan.objects.exclude(rent_refused="").select_related("asset", "letting")
    return rows.annotate(is_lost=ended_as_lost(OuterRef("returned_at")))


def ended_as_lost(at: Any) -> Exists:
    """Of a row with an `asset`, out until `at`: what is lost for good is out until the moment it was reported lost (`losing.carry_out`)."""
    return Exists(Movement.objects.filter(asset=OuterRef("asset"), kind=Movement.Kind.LOST, at=at))


def still_owing() -> QuerySet[Letting]:
    """Of what is out: each until its own day, and the last of a thing until that is out no more (`is_over`) and all of it billed."""
    first = Coalesce(OuterRef("extends"), OuterRef("pk"), output_field=BigIntegerField())
    later = Letting.objects.filter(state=Letting.State.DONE, extends=first, due_on__gt=OuterRef("due_on"))
    rows = Letting.objects.filter(LET, OUT | UNBILLED).filter(Q(due_on__gte=campus_today()) | ~Exists(later))
    return rows.annotate(is_over=Case(When(UNBILLED, then=True), default=False))


@override(settings.LANGUAGE_CODE)
def open_item(by: Actor) -> None:
    """Of the fee, once before its bills: it stays as finance set it."""
    ledger.open_fee_item(by=by, code=FEE, name=_("资产租金"), reason=_("资产出租"))


def bill_first(*, by: Actor, letting: Letting) -> None:
    """As it is agreed, what is due at once. Raises the ledger's errors: what cannot be billed is not let. The thing is locked."""
    open_item(by)
    bill_until(by=by, letting=letting, day=campus_today())


def bill_until(*, by: Actor, letting: Letting, day: date) -> int:
    """Each period that began by this day and has no bill yet. The thing is locked, the fee item opened."""
    if not letting.rent_fen or letting.starts_on is None:
        return 0
    known = letting.rents.count()
    periods = rent_periods(letting.starts_on, letting.due_on, letting.rent_months)
    began = takewhile(lambda one: one.starts_on <= day, periods)
    begun = [one for one in began if one.ordinal > known]
    for period in begun:
        charge(by=by, letting=letting, period=period)
    return len(begun)


def settle(*, by: Actor, loan: Loan, day: date) -> int:
    """Of a thing that is locked and came back from outside on this day: what began, and the days over; how many bills. One that the
    ledger refuses takes the others with it, and all of them wait: the caller saves why (`rent_refused`)."""
    count, loan.rent_refused = 0, ""
    try:
        with transaction.atomic():
            count = charge_until_back(by=by, loan=loan, day=day)
    except CampusError as error:
        with override(settings.LANGUAGE_CODE):  # kept for whoever reads it
            loan.rent_refused = error.message
    return count


def charge_until_back(*, by: Actor, loan: Loan, day: date) -> int:
    first = loan.letting_id or 0
    lettings = list(Letting.objects.filter(LET, Q(pk=first) | Q(extends=first)).order_by("due_on"))
    if not lettings:
        return 0
    open_item(by)
    count = sum(bill_until(by=by, letting=letting, day=day) for letting in lettings)
    last = lettings[-1]
    if last.starts_on is None or last.due_on < loan.due_on:  # what it was last let for costs nothing
        return count
    over = days_over(last.starts_on, last.due_on, last.rent_months, day)
    if over is not None:
        charge(by=by, letting=last, period=over)
        count += 1
    return count


@override(settings.LANGUAGE_CODE)
def charge(*, by: Actor, letting: Letting, period: Period) -> Rent:
    key = f"assets.rent:{letting.public_id}:{period.ordinal}"
    said = {"asset": letting.asset.name, "first": period.starts_on.isoformat(), "last": period.ends_on.isoformat()}
    order = ledger.BillOrder(
        key=key,
        person_id=now_called(letting.payer_id or 0),
        issuer=ISSUER,
        item=FEE,
        amount_fen=period.share_fen(letting.rent_fen),
        due_on=campus_today() + DAYS_TO_PAY,
        name=_("%(asset)s租金 %(first)s 至 %(last)s") % said,
        period=period.starts_on.isoformat()[:7],
    )
    return Rent.objects.create(
        letting=letting,
        ordinal=period.ordinal,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        bill=ledger.issue_bills(by=by, orders=[order])[key],
    )


def now_called(person_id: int) -> int:
    """The record into which this one was merged since the letting was agreed."""
    return people.heirs([person_id]).get(person_id, person_id)


@transaction.atomic
def cancel(*, by: Actor, rent: Rent, reason: str) -> None:
    """By the office, of a bill on which nothing was paid: it was wrong, or the school does without."""
    why = given(reason)
    [bill] = ledger.lock_bills([rent.bill_id])
    if not bill.is_owed or bill.paid_fen:
        raise RentStandsError(state=bill.get_state_display())
    refuse_own(by, rent.letting.payer_id)
    ledger.cancel(by=by, bill=bill, reason=why, key=f"{bill.key}:cancelled")
