"""One's own mobile in the directory: by one's own word, for whom one says, until one takes it back. Each look at a number is recorded."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.once import lock_key
from nanhu.kernel.registry import Owner, Viewer
from nanhu.platforms.people import api as people
from nanhu.services.directory.errors import NoMobileError, NotStaffError
from nanhu.services.directory.models import StaffMobile

NOBODY: Final = ""
STAFF: Final = "staff"
AUDIENCES: Final = StaffMobile.Audience


@transaction.atomic
def say(*, by: Actor, person_id: int, audience: str) -> None:
    """`NOBODY` takes it back, and whoever left may always do so."""
    lock_key(f"directory.mobile:{person_id}")
    found = StaffMobile.objects.filter(person=person_id).first()
    if (found.audience if found else NOBODY) == audience:
        return
    if audience == NOBODY:
        StaffMobile.objects.filter(person=person_id).delete()
    else:
        refuse_without(people.person_card(person_id))
        said = {"audience": audience, "said_at": now()}
        StaffMobile.objects.update_or_create(person_id=person_id, defaults=said)
    audit.record(
        by=by,
        action="directory.show_mobile" if audience else "directory.hide_mobile",
        target=f"person:{person_id}",
        facts={"shown_to": audience} if audience else {},
    )


def refuse_without(card: people.PersonCard | None) -> None:
    if card is None or STAFF not in card.live_kinds:
        raise NotStaffError
    if not card.phone_masked:
        raise NoMobileError


def may_say(viewer: Viewer) -> bool:
    """Temporary staff reads what staff reads, and has no word of its own here."""
    return STAFF in kinds(viewer)


def audience_of(person_id: int) -> str:
    return StaffMobile.objects.filter(person=person_id).values_list("audience", flat=True).first() or NOBODY


def readable(viewer: Viewer) -> QuerySet[StaffMobile]:
    """Staff reads all that stands here, students what is for both; a guest, or who left, none. Who is no longer of the staff stands here no
    more."""
    here = Q(person__affiliations__kind=STAFF, person__affiliations__state__in=["active", "suspended"])
    rows = StaffMobile.objects.filter(pk__in=StaffMobile.objects.filter(here).values("pk")).select_related("person")
    if kinds(viewer) & {STAFF, "temporary"}:
        return rows
    return rows.filter(audience=AUDIENCES.MEMBERS) if "student" in kinds(viewer) else rows.none()


def kinds(viewer: Viewer) -> set[str]:
    return viewer.once("directory.kinds", lambda: kinds_of(viewer))


def kinds_of(viewer: Viewer) -> set[str]:
    card = people.person_card(viewer.person_id) if viewer.person_id else None
    return card.live_kinds if card else set()


def with_names(rows: Sequence[StaffMobile]) -> Sequence[StaffMobile]:
    cards = people.person_cards([one.person_id for one in rows])
    for one in rows:
        card = cards.get(one.person_id)
        tie = card.leading_tie([STAFF]) if card else None
        one.name, one.unit = card.name if card else "", tie.unit_name if tie else ""
    return rows


def of_unit(viewer: Viewer, unit_code: str) -> list[StaffMobile]:
    rows = list(readable(viewer))
    cards = people.person_cards([one.person_id for one in rows])
    return [one for one in rows if unit_code in units_of(cards.get(one.person_id))]


def units_of(card: people.PersonCard | None) -> set[str]:
    ties = card.affiliations if card else ()
    return {code for one in ties if one.is_live and one.kind == STAFF for code in (one.unit_code, one.department_code)}


@transaction.atomic
def number_of(*, by: Actor, viewer: Viewer, row: StaffMobile) -> str:
    """As it is on record now, if he still says so; the look is his to read."""
    found = readable(viewer).select_for_update(of=("self",)).filter(pk=row.pk).first()
    if found is None:
        raise NotFoundError(what=StaffMobile.what)
    return people.phone_of(found.person_id, by=by, purpose="校内电话")


@transaction.atomic
def numbers_of(*, by: Actor, viewer: Viewer, unit_code: str) -> list[tuple[StaffMobile, str]]:
    """Of a unit, for the phone's own book: each number handed out is a look. Who takes his back meanwhile is left out."""
    keys = [one.pk for one in of_unit(viewer, unit_code)]
    rows = with_names(list(readable(viewer).select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")))
    numbers = people.phones_of([one.person_id for one in rows], by=by, purpose="校内电话")
    return [(one, numbers[one.person_id]) for one in rows if one.person_id in numbers]


def said_of(owner: Owner, _since: datetime | None) -> Iterable[Mapping[str, Any]]:
    for one in StaffMobile.objects.filter(person=owner.person_id):
        yield {"audience": str(one.get_audience_display()), "at": one.said_at.isoformat()}


def rekey(gone_id: int, kept_id: int) -> None:
    """Of two records of one person: what each said may differ, so only what both allow stays."""
    said = dict(StaffMobile.objects.filter(person__in=[gone_id, kept_id]).values_list("person_id", "audience"))
    StaffMobile.objects.filter(person=gone_id).delete()
    if kept_id in said and said.get(gone_id) == AUDIENCES.STAFF:
        StaffMobile.objects.filter(person=kept_id).update(audience=AUDIENCES.STAFF)


def forget_who_left(person_ids: Iterable[int]) -> None:
    """His word ends with his work: who comes back is asked anew."""
    cards = people.person_cards(person_ids)
    left = [key for key, card in cards.items() if STAFF not in card.live_kinds]
    StaffMobile.objects.filter(person__in=left).delete()
