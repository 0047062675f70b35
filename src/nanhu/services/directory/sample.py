"""What only the sample campus enters: phones and answers, rosters that were handed in and agreed, one that waits, an exchange that was asked for, seasons."""

from collections.abc import Sequence
from datetime import date
from uuid import uuid4

from nanhu.kernel import intake
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.services.directory.models import Duty, UnitHours
from nanhu.services.directory.publishing import publish_duties, publish_hours
from nanhu.services.directory.rules import shift_on
from nanhu.services.directory.services import duties, exchanging, hours
from nanhu.services.directory.services.duties import Shift
from nanhu.services.directory.services.keeping import enter

__all__ = ["Shift", "add_season", "ask_exchange", "enter", "enter_duties", "hand_in", "publish", "shift_on"]


def hand_in(*, by: Actor, title: str, rows: Sequence[Shift], second: Actor | None) -> None:
    """In force at once where a second person agrees; else it waits for one."""
    made = duties.make_list(by=by, token=uuid4(), title=title, rows=rows, file_name=f"{title}.xlsx")
    intake.submit(by=by, batch=made)
    if second is not None:
        intake.approve(by=second, batch=made)
        duties.take_list(batch_id=made.pk)


def enter_duties(*, by: Actor, rows: Sequence[Shift]) -> None:
    """Those that are not over."""
    for row in rows:
        if row.ends_at > now():
            duties.add(by=by, shift=row)


def ask_exchange(*, by: Actor, unit_id: int, other_id: int, reason: str) -> None:
    """A colleague asks for the last of somebody's duties."""
    rows = Duty.objects.filter(unit=unit_id, state=Duty.State.STANDING).order_by("-begins_at")
    taken, given = rows.filter(person=other_id).first(), rows.exclude(person=None).exclude(person=other_id).first()
    if taken and given and given.person_id:
        exchanging.ask(by=by, token=uuid4(), person_id=given.person_id, given=given, taken=taken, reason=reason)


def add_season(*, by: Actor, unit_id: int, title: str, days: tuple[date, date | None], spans: tuple[str, str]) -> None:
    hours.enter(
        by=by,
        unit_id=unit_id,
        kind=UnitHours.Kind.SEASON,
        title=title,
        starts_on=days[0],
        ends_on=days[1],
        hours=spans[0],
        other_hours=spans[1],
        reason="校办〔2026〕8 号",
    )


def publish() -> None:
    publish_hours()
    publish_duties()
