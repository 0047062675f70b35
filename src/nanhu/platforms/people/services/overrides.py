"""Overrides (临时更正): a value stands for a time in place of what its source says, which cannot mend it yet. It ends by itself when the
source says the same (`Plan`), or when its last day is over."""

from datetime import date, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.events import publish
from nanhu.kernel.jobs import alone
from nanhu.platforms.people import events
from nanhu.platforms.people.errors import (
    OverrideSameError,
    OverrideSpanError,
    OverrideUnclearError,
)
from nanhu.platforms.people.models import Affiliation, ChangeSet, Override
from nanhu.platforms.people.records import Origin
from nanhu.platforms.people.rules import initials_of, pinyin_of
from nanhu.platforms.people.services.apply import (
    AFFILIATION_COLUMNS,
    PERSON_COLUMNS,
    affiliation_fact,
    journal,
    load_persons,
    unsealed,
)
from nanhu.platforms.people.services.golden import (
    Row,
    close_overrides,
    lock_golden,
    open_change_set,
    stamp_of,
    update_rows,
)
from nanhu.platforms.people.services.plan import OVERRIDE, Touched, fact_of, is_overridden, touch

LONGEST: Final = timedelta(days=180)
ORIGIN: Final = Origin(source=OVERRIDE, title=gettext_noop("临时更正"))
NAME: Final = Override.Field.NAME


@transaction.atomic
def override_value(
    *, by: Actor, person_id: int, field: str, value: str | int, until: date, reason: str, campus_no: str = ""
) -> Override:
    """`field`: of `Override.Field`; of a unit (its id) the identity with this campus number, or the only one that lives. One that runs
    already is replaced."""
    lock_golden()
    if not campus_today() < until <= campus_today() + LONGEST:
        raise OverrideSpanError(days=LONGEST.days)
    row = person_row(person_id) if field == NAME else living_tie(person_id, campus_no)
    held = row["provenance"].get(field)
    says, instead_of = (held["says"], held["instead_of"]) if is_overridden(held) else (row[field], held)
    if value in {row[field], says}:
        raise OverrideSameError
    if is_overridden(held):
        close_overrides([held[OVERRIDE]], Override.Ending.REPLACED)
    made = Override.objects.create(
        person_id=person_id,
        affiliation_id=None if field == NAME else row["id"],
        field=field,
        until=until,
        reason=reason,
        by_name=by.name,
    )
    over = {OVERRIDE: made.pk, "until": until.isoformat(), "says": says, "instead_of": instead_of}
    write(by, row, field, value, over, reason=reason)
    facts = {"field": str(made.get_field_display()), "until": until.isoformat()}
    audit.record(by=by, action="people.override_value", target=f"person:{person_id}", reason=reason, facts=facts)
    return made


@transaction.atomic
def end_override(*, by: Actor, override_id: int, reason: str = "", ending: str = Override.Ending.LIFTED) -> None:
    """What its source says by now stands again."""
    lock_golden()
    one = Override.objects.select_for_update().get(pk=override_id)
    if one.ended_at is not None:
        raise WrongStateError(what=_("这次临时更正"), state=_("已结束"))
    close_overrides([one.pk], Override.Ending(ending))
    row = person_row(one.person_id) if one.field == NAME else tie_row(one.affiliation_id)
    held = row["provenance"].get(one.field)
    if is_overridden(held) and held[OVERRIDE] == one.pk:
        says = row[one.field] if one.field == NAME and not held["says"] else held["says"]
        write(by, row, one.field, says, held["instead_of"], reason=reason)
    facts = {"field": str(one.get_field_display()), "how_it_ended": str(one.Ending(ending).label)}
    audit.record(by=by, action="people.end_override", target=f"person:{one.person_id}", reason=reason, facts=facts)


def end_due(*, by: Actor, today: date) -> int:
    """Those whose last day is over; each by itself."""
    ended = 0
    due = Override.objects.filter(ended_at=None, until__lt=today).order_by("pk")
    for pk in list(due.values_list("pk", flat=True)):
        with alone("people.override_not_ended", override=pk):
            end_override(by=by, override_id=pk, ending=Override.Ending.OVER)
            ended += 1
    return ended


def person_row(person_id: int) -> Row:
    return load_persons([person_id])[person_id]


def tie_row(affiliation_id: int | None) -> Row:
    columns = ("id", "person_id", "kind", "campus_no", *AFFILIATION_COLUMNS)
    row: Row = Affiliation.objects.values(*columns).get(pk=affiliation_id)
    return row


def living_tie(person_id: int, campus_no: str) -> Row:
    living = Affiliation.objects.filter(person_id=person_id).exclude(state=Affiliation.State.ENDED)
    found = list((living.filter(campus_no=campus_no) if campus_no else living).values_list("pk", flat=True))
    if len(found) != 1:
        raise OverrideUnclearError
    return tie_row(found[0])


def write(by: Actor, row: Row, name: str, value: Any, stamp: Any, *, reason: str) -> None:
    """One value of one row as a change set of its own, with the event that it changed. Without a stamp nobody has said it."""
    change_set = open_change_set(by=by, kind=ChangeSet.Kind.CORRECTION, origin=ORIGIN, reason=reason)
    touched: dict[int, Touched] = {}
    touch(touched, row, name, {**stamp_of(ORIGIN, change_set.pk), **stamp} if is_overridden(stamp) else stamp)
    row[name] = value
    row["provenance"] = {key: held for key, held in row["provenance"].items() if held is not None}
    if name == NAME:
        journal(change_set, "person", touched.values())
        row.update(pinyin=pinyin_of(row["name"]), initials=initials_of(row["name"]))
        update_rows("people_person", PERSON_COLUMNS, [unsealed(row)])
        publish(events.PersonChanged(person_id=row["id"], fields=(name,)))
        return
    journal(change_set, "affiliation", touched.values())
    update_rows("people_affiliation", AFFILIATION_COLUMNS, [row])
    if fact := fact_of(row["state"], row["state"]):
        publish(affiliation_fact(fact, row))
