"""Changing the school's exceptions."""

from datetime import date, timedelta

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.calendar.models import CalendarException
from nanhu.kernel.calendar.working import forget_exceptions


@transaction.atomic
def set_exception(*, by: Actor, first: date, last: date, is_working: bool, note: str) -> int:
    """Let the school work, or rest, on each day from `first` to `last`. Other processes follow within a minute."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    CalendarException.objects.bulk_create(
        [CalendarException(date=day, is_working=is_working, note=note) for day in days],
        update_conflicts=True,
        unique_fields=["date"],
        update_fields=["is_working", "note"],
    )
    facts = {"is_working": is_working, "note": note, "days": len(days)}
    audit.record(by=by, action="calendar.set_exception", target=f"calendar:{first}..{last}", facts=facts)
    transaction.on_commit(forget_exceptions)
    return len(days)


@transaction.atomic
def clear_exceptions(*, by: Actor, first: date, last: date) -> int:
    """Follow the public calendar again from `first` to `last`."""
    count, _ = CalendarException.objects.filter(date__range=(first, last)).delete()
    audit.record(by=by, action="calendar.clear_exceptions", target=f"calendar:{first}..{last}", facts={"days": count})
    transaction.on_commit(forget_exceptions)
    return count
