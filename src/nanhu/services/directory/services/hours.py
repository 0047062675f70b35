"""Hours of units: seasons and closed days, entered with their reason, ended and never overwritten."""

from datetime import date

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.dated import end_today, supersede
from nanhu.kernel.errors import ChangedMeanwhileError
from nanhu.kernel.jobs import defer
from nanhu.services.directory.models import UnitHours


@transaction.atomic
def enter(
    *,
    by: Actor,
    unit_id: int,
    kind: str,
    title: str,
    starts_on: date,
    ends_on: date | None,
    reason: str,
    hours: str = "",
    other_hours: str = "",
) -> UnitHours:
    """What it meets of its kind keeps the days that are left of it."""
    made = UnitHours(
        unit_id=unit_id,
        kind=kind,
        title=title,
        starts_on=starts_on,
        ends_on=ends_on,
        hours=hours,
        other_hours=other_hours,
    )
    with refused_as(ChangedMeanwhileError(what=UnitHours.what), by="no_overlap"):
        supersede(by=by, wanted=[made], reason=reason)
    note(by, made, "directory.enter_hours", reason)
    return made


@transaction.atomic
def end(*, by: Actor, rule: UnitHours) -> bool:
    """From today on; what has been stays."""
    if not end_today(by=by, rule=rule):
        return False
    note(by, rule, "directory.end_hours")
    return True


def note(by: Actor, rule: UnitHours, action: str, reason: str = "") -> None:
    facts = {"which_hours": f"{rule.unit.name} {rule.title}"}
    audit.record(by=by, action=action, target=f"unit_hours:{rule.public_id}", reason=reason, facts=facts)
    defer("directory.publish_hours")
