"""Periodic inspections (定期检验) of a thing: planned, done, ended, by its unit's keeper. What failed one is not used on: it goes to repair."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as say

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.proposals import given
from nanhu.systems.assets.errors import (
    DayAheadError,
    InspectedSinceError,
    InspectionStandsError,
    NextInspectionError,
)
from nanhu.systems.assets.models import Asset, Inspection, InspectionRecord
from nanhu.systems.assets.models.things import HERE
from nanhu.systems.assets.rules import months_later
from nanhu.systems.assets.services.lending import hold_back
from nanhu.systems.assets.services.moving import AT_HAND, locked

Result = InspectionRecord.Result


@transaction.atomic
def plan(*, by: Actor, asset: Asset, kind: str, every_months: int, due_on: date) -> Inspection:
    """From now on; one of a kind a thing. `due_on` may be past: then it is overdue at once."""
    found = locked(asset, HERE)
    if found.inspections.filter(kind=kind, ended_at=None).exists():
        raise InspectionStandsError(kind=Inspection.Kind(kind).label)
    made = Inspection.objects.create(asset=found, kind=kind, every_months=every_months, due_on=due_on, by_name=by.name)
    note(by, made, "plan_inspection", {"every_months": every_months, "inspection_due": due_on.isoformat()})
    return made


@transaction.atomic
def record(
    *,
    by: Actor,
    inspection: Inspection,
    done_on: date,
    result: str,
    inspector: str,
    certificate: str = "",
    next_on: date | None = None,
) -> InspectionRecord:
    """`next_on`: as the certificate says, else so many months after it was done. What failed stays due, and goes to repair from where it
    is at hand; it may pass on the same day."""
    found = living(inspection)
    last = found.records.order_by("-done_on", "-pk").first()
    if done_on > campus_today():
        raise DayAheadError().at("done_on")
    is_passed = result == Result.PASSED
    is_retest = last is not None and last.result == Result.FAILED and is_passed
    if last is not None and (done_on < last.done_on or (done_on == last.done_on and not is_retest)):
        raise InspectedSinceError
    due_on = (next_on or months_later(done_on, found.every_months)) if is_passed else found.due_on
    if is_passed and due_on <= done_on:
        raise NextInspectionError
    made = InspectionRecord.objects.create(
        inspection=found,
        done_on=done_on,
        result=result,
        inspector=given(inspector),
        certificate=certificate.strip(),
        due_on=due_on,
        by_name=by.name,
    )
    found.due_on = due_on
    found.save(update_fields=["due_on"])
    note(
        by,
        found,
        "record_inspection",
        {"inspection_result": result, "inspected_on": done_on.isoformat(), "inspection_due": due_on.isoformat()},
    )
    if not is_passed and found.asset.state in AT_HAND:
        hold_back(by=by, asset=found.asset)
    return made


@transaction.atomic
def end(*, by: Actor, inspection: Inspection, reason: str) -> None:
    """It is inspected no more; what was done stays."""
    found = living(inspection)
    found.ended_at, found.end_reason = now(), given(reason)
    found.save(update_fields=["ended_at", "end_reason"])
    note(by, found, "end_inspection", reason=found.end_reason)


def living(inspection: Inspection) -> Inspection:
    """Locked after its thing."""
    thing = locked(inspection.asset, HERE)
    found = Inspection.objects.select_for_update().get(pk=inspection.pk)
    if found.ended_at is not None:
        raise WrongStateError(what=Inspection.what, state=say("不再检验"))
    found.asset = thing
    return found


def carry_over(asset: Asset, part: Asset) -> None:
    """What was split off a batch is inspected as the batch is."""
    Inspection.objects.bulk_create(
        Inspection(asset=part, kind=one.kind, every_months=one.every_months, due_on=one.due_on, by_name=one.by_name)
        for one in asset.inspections.filter(ended_at=None)
    )


def note(
    by: Actor, inspection: Inspection, action: str, facts: Mapping[str, object] | None = None, reason: str = ""
) -> None:
    said = {"inspection": inspection.kind, **(facts or {})}
    audit.record(by=by, action=f"assets.{action}", target=f"asset:{inspection.asset.number}", reason=reason, facts=said)
