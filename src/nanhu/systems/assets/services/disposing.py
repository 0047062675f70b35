"""Disposals (处置): asked for a lot by one, agreed by another, by the sum; nothing before its least years without an appraisal."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.numbering import services as numbering
from nanhu.kernel.proposals import given
from nanhu.kernel.ui import dates
from nanhu.systems.assets.errors import (
    MixedLotError,
    NoIncomeError,
    NothingChosenError,
    RemittedOnError,
    TooEarlyError,
    WipingMissingError,
)
from nanhu.systems.assets.models import Asset, Disposal, DisposalLine
from nanhu.systems.assets.numbers import DISPOSALS
from nanhu.systems.assets.queries.lives import MONTHS, life_of
from nanhu.systems.assets.rules import month_of, months_between, voucher_number
from nanhu.systems.assets.services import deciding
from nanhu.systems.assets.services.depreciating import accumulated_fen, refuse_booked, refuse_unbooked
from nanhu.systems.assets.services.lending import hold_back, resting_state
from nanhu.systems.assets.services.moving import AT_HAND, Kind, locked, locked_all, move, move_all
from nanhu.systems.assets.services.moving import State as Thing
from nanhu.systems.assets.services.own import refuse_own

State = Disposal.State


@transaction.atomic
def ask_to_scrap(*, by: Actor, asset: Asset, reason: str) -> Asset:
    """By its unit: 待报废, until the office puts it into a lot or says that it stays."""
    found = locked(asset, AT_HAND)
    move(by=by, asset=found, kind=Kind.TO_SCRAP, reason=given(reason), state=Thing.TO_SCRAP)
    return found


@transaction.atomic
def keep(*, by: Actor, asset: Asset, reason: str) -> Asset:
    """It is not scrapped after all; not while it stands in a lot that waits."""
    found = locked(asset, (Thing.TO_SCRAP,))
    line = found.disposal_lines.filter(released_at=None).select_related("disposal").first()
    if line is not None:
        raise line.disposal.wrong_state()
    move(by=by, asset=found, kind=Kind.KEPT, reason=given(reason), state=resting_state(found))
    hold_back(by=by, asset=found)
    return found


@transaction.atomic
def ask(
    *,
    by: Actor,
    token: UUID,
    title: str,
    kind: str,
    public_ids: Collection[UUID],
    reason: str,
    appraisal: str = "",
    wiping: str = "",
    approval: str = "",
    income_fen: int = 0,
) -> Disposal:
    """A lot of things that wait to be scrapped."""
    known = Disposal.known(by, token)
    if known is not None:
        return known
    things = to_dispose(public_ids, kind, appraisal, wiping)
    value_fen = sum(thing.value_fen for thing in things)
    lot = Disposal.begun(
        by,
        token,
        title=title,
        kind=kind,
        unit_id=things[0].unit_id,
        level=deciding.level_by(value_fen, approval),
        value_fen=value_fen,
        appraisal=appraisal,
        wiping=wiping,
        approval=approval.strip(),
        income_fen=income_fen,
        reason=given(reason),
    )
    DisposalLine.objects.bulk_create(
        DisposalLine(disposal=lot, asset=thing, value_fen=thing.value_fen, accumulated_fen=accumulated_fen(thing))
        for thing in things
    )
    deciding.put_forward(by=by, found=lot, words=lot.reason)
    return lot


def to_dispose(public_ids: Collection[UUID], kind: str, appraisal: str, wiping: str) -> list[Asset]:
    """These things, locked, if they may stand in one lot."""
    if not public_ids:
        raise NothingChosenError
    things = locked_all(public_ids, (Thing.TO_SCRAP,))
    for thing in things:
        refuse_thing(thing, kind, appraisal, wiping)
    if len({one.is_low_value for one in things}) > 1:
        raise MixedLotError
    return things


def refuse_thing(asset: Asset, kind: str, appraisal: str, wiping: str) -> None:
    """What stands in its way: another lot, its years, its data."""
    line = asset.disposal_lines.filter(released_at=None).select_related("disposal").first()
    if line is not None:
        raise line.disposal.wrong_state()
    if asset.classification.holds_data and not wiping.strip():
        raise WipingMissingError(number=asset.number)
    is_fixed = asset.classification.is_depreciable and not asset.is_low_value
    if kind != Disposal.Kind.TRANSFER and is_fixed and not appraisal.strip():
        refuse_early(asset)


def refuse_early(asset: Asset) -> None:
    life = life_of(asset.classification.code, campus_today())
    used = months_between(asset.put_into_use_on, campus_today())
    used -= campus_today().day < asset.put_into_use_on.day
    if used < life.years * MONTHS:
        facts = {"used_years": used // MONTHS, "used_months": used % MONTHS}
        raise TooEarlyError(name=life.name, years=life.years, **facts)


def carry_out(by: Actor, found: Disposal) -> None:
    """The month of disposal is not depreciated any more; what each lost until then stands in its line."""
    today, lines = campus_today(), list(found.lines.select_related("asset"))
    things = {one.pk: one for one in locked_all([line.asset.public_id for line in lines], (Thing.TO_SCRAP,))}
    refuse_own(by, *(one.keeper_id for one in things.values()))
    for line in lines:
        thing = things[line.asset_id]
        refuse_booked(thing, month_of(today))
        refuse_unbooked(thing, month_of(today))
        line.accumulated_fen = accumulated_fen(thing)
    DisposalLine.objects.bulk_update(lines, ["accumulated_fen"])
    gone = list(things.values())
    move_all(by=by, things=gone, kind=Kind.DISPOSED, reason=found.kind, state=Thing.DISPOSED, disposed_on=today)
    found.disposed_on = today
    found.number = numbering.take(by=by, series=DISPOSALS, target=found.target).number


deciding.carries_out(Disposal.process, carry_out)


@transaction.atomic
def remit(*, by: Actor, lot: Disposal, voucher: str, paid_on: date) -> Disposal:
    """Its income went to the treasury (收入上缴国库), by finance's voucher; once."""
    found = lot.locked_in({State.DONE})
    if not found.income_fen:
        raise NoIncomeError
    if found.remitted_on is not None:
        raise found.wrong_state(_("收入已上缴"))
    disposed_on, today = found.disposed_on or paid_on, campus_today()
    if not disposed_on <= paid_on <= today:
        raise RemittedOnError(day=dates.short_day(disposed_on, today.year))
    found.remittance, found.remitted_on, found.remitted_by_name = voucher_number(voucher), paid_on, by.name
    found.save(update_fields=["remittance", "remitted_on", "remitted_by_name"])
    deciding.note(by, found, "remit", found.remittance)
    return found
