"""Planned rests of an application (维护)."""

from datetime import datetime

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.identity.models import Application, Maintenance
from nanhu.platforms.identity.registry.errors import MaintenanceRefusedError


@transaction.atomic
def plan(*, by: Actor, application: Application, starts_at: datetime, ends_at: datetime, notice: str) -> Maintenance:
    if ends_at <= starts_at or ends_at <= now():
        raise MaintenanceRefusedError
    rest = Maintenance.objects.create(
        application=application, starts_at=starts_at, ends_at=ends_at, notice=notice, created_by=by.name
    )
    note(by, "identity.plan_maintenance", rest)
    return rest


@transaction.atomic
def end(*, by: Actor, application: Application, maintenance_id: int) -> bool:
    """One under way ends now, one to come is called off. False when there is none any more."""
    moment = now()
    live = Maintenance.objects.select_for_update().filter(pk=maintenance_id, application=application)
    rest = live.filter(ends_at__gt=moment).first()
    if rest is None:
        return False
    note(by, "identity.end_maintenance", rest)
    if rest.starts_at < moment:
        rest.ends_at = moment
        rest.save(update_fields=["ends_at"])
    else:
        rest.delete()
    return True


def note(by: Actor, action: str, rest: Maintenance) -> None:
    audit.record(
        by=by,
        action=action,
        target=f"application:{rest.application.key}",
        facts={"starts_at": rest.starts_at.isoformat(), "ends_at": rest.ends_at.isoformat(), "notice": rest.notice},
    )
