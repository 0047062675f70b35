"""Guests (来宾): visitors, parents, partners and alumni, whom a member of staff vouches for until a day."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.database.values import one_value
from nanhu.platforms.people.models import Affiliation
from nanhu.platforms.people.records import AffiliationRecord, Origin, PersonRecord
from nanhu.platforms.people.services.apply import apply_records

ORIGIN = Origin(source="identity.guests", title="来宾登记")
GUEST = Affiliation.Kind.GUEST.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    person_id: int
    affiliation_id: int
    campus_no: str


@transaction.atomic
def add_guest(
    *,
    by: Actor,
    name: str,
    phone: str,
    category: str,
    category_name: str,
    unit_code: str,
    ends_on: date,
    person_id: int | None = None,
    reason: str = "",
) -> Guest:
    """A new person, or one the school knows (`person_id`: an alumnus) whose own record stays as it is."""
    tie = AffiliationRecord(
        kind=GUEST,
        campus_no=next_number(),
        starts_on=campus_today(),
        ends_on=ends_on,
        unit_code=unit_code or None,
        category=category,
        category_name=category_name,
        status_name=category_name,
    )
    record = PersonRecord(
        key=tie.campus_no,
        person_id=person_id,
        name=None if person_id else name,
        phone=None if person_id else phone,
        affiliations=(tie,),
    )
    result = apply_records(by=by, records=[record], origin=ORIGIN, reason=reason)
    held = Affiliation.objects.get(campus_no=tie.campus_no)
    return Guest(person_id=result.person_ids[tie.campus_no], affiliation_id=held.pk, campus_no=tie.campus_no)


def set_guest_end(*, by: Actor, campus_no: str, ends_on: date, reason: str = "") -> None:
    """Move the last day."""
    change(by=by, campus_no=campus_no, ends_on=ends_on, state=Affiliation.State.ACTIVE, reason=reason)


def end_guest(*, by: Actor, campus_no: str, reason: str = "") -> None:
    """Over at once: today is the last day, and it is over already."""
    change(by=by, campus_no=campus_no, ends_on=campus_today(), state=Affiliation.State.ENDED, reason=reason)


@transaction.atomic
def change(*, by: Actor, campus_no: str, ends_on: date, state: Affiliation.State, reason: str) -> None:
    held = Affiliation.objects.select_for_update().get(campus_no=campus_no, kind=GUEST)
    tie = AffiliationRecord(
        kind=GUEST, campus_no=campus_no, starts_on=held.starts_on, ends_on=ends_on, state=state.value
    )
    record = PersonRecord(key=campus_no, person_id=held.person_id, affiliations=(tie,))
    apply_records(by=by, records=[record], origin=ORIGIN, reason=reason)


def next_number() -> str:
    return str(one_value("SELECT to_char(nextval('people_guest_number'), 'FM\"G\"00000000')"))
