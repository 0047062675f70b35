"""Opening a sealed value for a stated purpose: always written to the audit log."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import NotFoundError
from nanhu.platforms.people.models import Person
from nanhu.platforms.people.queries import former_phone, with_phone_changes


@transaction.atomic
def phone_of(person_id: int, *, by: Actor, purpose: str) -> str:
    """The whole phone number, "" when there is none."""
    return reveal(person_id, "phone", by=by, purpose=purpose)


@transaction.atomic
def phones_of(person_ids: Collection[int], *, by: Actor, purpose: str) -> dict[int, str]:
    """Of those who have one, in two statements; each is a look of its own."""
    found = {one.id: one.phone for one in Person.objects.filter(id__in=person_ids) if one.phone}
    audit.record_many(
        audit.Record(by=by, action="people.reveal_phone", target=f"person:{one}", reason=purpose) for one in found
    )
    return found


@transaction.atomic
def id_number_of(person_id: int, *, by: Actor, purpose: str) -> str:
    return reveal(person_id, "id_number", by=by, purpose=purpose)


@transaction.atomic
def former_phone_of(person_id: int, *, by: Actor, purpose: str) -> str:
    """The whole number that stood on record a day ago, "" when it still stands or there was none."""
    person = with_phone_changes(person_id)
    former = former_phone(person) if person is not None else None
    if not former:
        return ""
    audit.record(by=by, action="people.reveal_phone", target=f"person:{person_id}", reason=purpose)
    return former


def reveal(person_id: int, column: str, *, by: Actor, purpose: str) -> str:
    person = Person.objects.filter(id=person_id).first()
    if person is None:
        raise NotFoundError(what=_("这个人"))
    audit.record(by=by, action=f"people.reveal_{column}", target=f"person:{person_id}", reason=purpose)
    return getattr(person, column) or ""
