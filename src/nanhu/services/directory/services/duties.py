"""Duties (值班): entered one by one or by a list, changed, removed; each with a line in the audit log and told to others."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from nanhu.kernel import audit, folding, rollbacks
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.events import publish
from nanhu.kernel.jobs import open_progress
from nanhu.kernel.once import lock_key
from nanhu.kernel.revisions import refuse_changed
from nanhu.platforms.people import api as people
from nanhu.services.directory.errors import CannotRollBackError, OnDutyAlreadyError, OverError
from nanhu.services.directory.events import DutyChanged
from nanhu.services.directory.models import Duty, DutyList, DutyRollback

State = Duty.State
type Days = set[tuple[int, date]]
type Hours = tuple[int, str, datetime]
"""Unit, task, from when on."""
CALLED = "值班 今天谁值班 现在值班"
"""What people type who look for whoever is on duty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One duty as it is typed: of a person or of a post."""

    unit_id: int
    day: date
    begins_at: datetime
    ends_at: datetime
    task: str
    person_id: int | None = None
    person_name: str = ""
    office: str = ""
    phone: str = ""
    place_id: int | None = None
    line: int | None = None


def target_of(duty: Duty) -> str:
    return f"duty:{duty.public_id}"


def tell(duties: Iterable[Duty]) -> None:
    days: dict[int, set[date]] = {}
    for one in duties:
        days.setdefault(one.unit_id, set()).add(one.day)
    publish(*(DutyChanged(unit_id=unit, days=tuple(sorted(found))) for unit, found in days.items()))


@transaction.atomic
def add(*, by: Actor, shift: Shift) -> Duty:
    lock_units({shift.unit_id})
    return written(by, Duty(), shift, "directory.add_duty")


@transaction.atomic
def change(*, by: Actor, duty: Duty, shift: Shift, revision: str) -> Duty:
    """Of what has not begun, and is as it was read (`revision`): two may have exchanged it meanwhile. Another's is another duty: in the
    calendar of whoever had it, it is cancelled."""
    lock_units({duty.unit_id, shift.unit_id})
    found = coming(duty)
    refuse_changed(found, revision)
    before = Duty(unit_id=found.unit_id, day=found.day)
    found.revision += 1
    if (found.person_id, found.office) != (shift.person_id, shift.office):
        take_away(found)
        found = Duty()
    made = written(by, found, shift, "directory.change_duty")
    tell([before])
    return made


def lock_units(unit_ids: Iterable[int]) -> None:
    """In one order: what stands on a day of a unit is looked at and written by one at a time."""
    for unit_id in sorted(set(unit_ids)):
        lock_key(f"directory.duties:{unit_id}")


def take_away(row: Duty) -> None:
    row.state, row.changed_at = State.REMOVED, now()
    row.save(update_fields=["state", "revision", "changed_at"])


@transaction.atomic
def remove(*, by: Actor, duty: Duty) -> None:
    found = coming(duty)
    found.revision += 1
    take_away(found)
    audit.record(by=by, action="directory.remove_duty", target=target_of(found), facts=facts_of(found))
    tell([found])


def coming(duty: Duty) -> Duty:
    """Locked, standing and not begun."""
    found = Duty.objects.select_for_update(of=("self",)).select_related("unit").get(pk=duty.pk)
    if found.state != State.STANDING or found.has_begun:
        raise OverError
    return found


def written(by: Actor, row: Duty, shift: Shift, action: str) -> Duty:
    fill(row, shift)
    row.changed_at = now()
    if row.ends_at <= now():
        raise OverError
    save_apart(row)
    audit.record(by=by, action=action, target=target_of(row), facts=facts_of(row))
    tell([row])
    return row


def fill(row: Duty, shift: Shift) -> None:
    for name, value in asdict(shift).items():
        if name != "line" or value is not None:
            setattr(row, name, value)
    if row.person_id and not shift.person_name:
        row.person_name = people.person_cards([row.person_id])[row.person_id].name
    name = people.office_names().get(row.office, "") if row.office else row.person_name
    row.searched = words_of(row.unit.name, row.task, name)


def words_of(unit: str, task: str, who: str) -> str:
    return folding.searched(f"{unit}{task}", f"{who} {CALLED}")


def save_apart(row: Duty) -> None:
    """Nobody is in two places, no post has one task twice at a time."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "directory_duty_one_place" in str(error) or "directory_duty_post_once" in str(error):
            raise OnDutyAlreadyError from error
        raise


def facts_of(row: Duty) -> dict[str, Any]:
    return {"which_duty": str(row), "who": row.person_name or people.office_names().get(row.office, row.office)}


@transaction.atomic
def make_list(*, by: Actor, token: UUID, title: str, rows: Sequence[Shift], file_name: str = "") -> DutyList:
    """Keep a checked roster; the same form again gives the list that it made."""
    if (known := DutyList.known(by, token)) is not None:
        return known
    made = DutyList.begun(
        by,
        token,
        title=title,
        file_name=file_name,
        row_count=len(rows),
    )
    names, units = people.office_names(), unit_names(rows)
    Duty.objects.bulk_create([planned(made, one, names, units) for one in rows], batch_size=1000)
    made.note(by, "make_{}")
    return made


def unit_names(rows: Sequence[Shift]) -> dict[int, str]:
    wanted = {one.unit_id for one in rows}
    return {one.id: one.name for one in people.unit_choices() if one.id in wanted}


def planned(made: DutyList, shift: Shift, offices: dict[str, str], units: dict[int, str]) -> Duty:
    who = shift.person_name or offices.get(shift.office, "")
    words = words_of(units.get(shift.unit_id, ""), shift.task, who)
    return Duty(**asdict(shift), state=State.PLANNED, roster=made, searched=words)


@transaction.atomic
def take_list(*, batch_id: int) -> None:
    """What stood on its days of its units gives way; a second run finds nothing to do."""
    found = DutyList.objects.select_for_update().get(pk=batch_id)
    if found.state != DutyList.State.POSTING:
        return
    by = Actor(account_id=found.approver_id, name=found.approver_name)
    rows = list(found.rows.filter(state=State.PLANNED).select_related("unit").order_by("line"))
    lock_units(row.unit_id for row in rows)
    days = {(row.unit_id, row.day) for row in rows}
    replaced, begun = replace(found, days), begun_on(days)
    left = [row for row in rows if not takes(row, begun)]
    found.posted_at = now()
    found.enter(by, DutyList.State.POSTED, "take_{}")
    tell([*rows, *replaced])
    if found.progress_id is not None:
        done = {"made": len(rows) - len(left), "left": len(left)}
        open_progress(found.progress_id).finish(_("发布 %(made)s 个班次，%(left)s 个没有写入") % done)


def standing_on(days: Days) -> QuerySet[Duty]:
    wanted = Q(pk=None)
    for unit_id, day in days:
        wanted |= Q(unit_id=unit_id, day=day)
    return Duty.objects.filter(wanted, state=State.STANDING)


def begun_on(days: Days) -> set[Hours]:
    begun = standing_on(days).filter(begins_at__lte=now())
    return set(begun.values_list("unit_id", "task", "begins_at"))


def takes(row: Duty, begun: set[Hours]) -> bool:
    """What is over by now, or has begun and stood already, is left out."""
    if row.ends_at <= now() or (row.unit_id, row.task, row.begins_at) in begun:
        return leave_out(row)
    return stands(row)


def replace(found: DutyList, days: Days) -> list[Duty]:
    """What has begun is history."""
    standing = standing_on(days).select_for_update(of=("self",)).filter(begins_at__gt=now())
    rows = list(standing.order_by("pk"))
    Duty.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=State.REPLACED, replaced_by=found, changed_at=now()
    )
    return rows


def stands(row: Duty) -> bool:
    """What became impossible since the check is left out, and told in numbers."""
    row.state, row.replaced_by, row.changed_at = State.STANDING, None, now()
    try:
        save_apart(row)
    except OnDutyAlreadyError:
        return leave_out(row)
    return True


def leave_out(row: Duty) -> bool:
    Duty.objects.filter(pk=row.pk).update(state=State.REMOVED, replaced_by=None)
    return False


def ask_back(*, by: Actor, token: UUID, batch: DutyList, reason: str) -> DutyRollback:
    return rollbacks.ask(DutyRollback, by=by, token=token, batch=batch, reason=reason, check=unchanged)


def agree_back(*, by: Actor, rollback: DutyRollback) -> tuple[int, int]:
    """What has not begun of it goes, and what stood there before comes back. Gives how many came back, and of how many."""
    return rollbacks.agree(by=by, rollback=rollback, undo=lambda batch, _reason: give_back(batch))


def unchanged(batch: DutyList) -> list[Duty]:
    """What has not begun of it, locked; not once somebody changed or exchanged one of it."""
    lock_units(batch.rows.values_list("unit_id", flat=True))
    rows = Duty.objects.select_for_update(of=("self",)).filter(roster=batch, begins_at__gt=now())
    mine = list(rows.exclude(state=State.PLANNED).order_by("pk"))
    if any(row.revision or row.state == State.REPLACED for row in mine):
        raise CannotRollBackError
    return mine


def give_back(batch: DutyList) -> tuple[int, int]:
    mine = unchanged(batch)
    Duty.objects.filter(pk__in=[row.pk for row in mine]).update(state=State.REMOVED, changed_at=now())
    before = Duty.objects.select_for_update(of=("self",)).filter(replaced_by=batch, begins_at__gt=now())
    back = list(before.order_by("pk"))
    came = sum(stands(row) for row in back)
    tell([*mine, *back])
    return came, len(back)
