"""临时更正: the source cannot mend a value, or not yet. Who answers for the field has the new one stand in the school's data until a day, and
whoever it concerns is told when it does no more."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as say

from nanhu.kernel.actors import Actor
from nanhu.kernel.events import subscribe
from nanhu.kernel.registry import Viewer
from nanhu.kernel.ui.dates import short_day
from nanhu.platforms.flows import api as flows
from nanhu.platforms.messages import api as messages
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.corrections.fields import FIELDS, HEAD
from nanhu.platforms.portal.corrections.process import CHECK, CORRECTION
from nanhu.platforms.portal.errors import NotInHandError
from nanhu.platforms.portal.models import Correction, FieldOwner

OVERRIDABLE: Final = {"people.name": "name", "people.unit": "unit_id"}
"""Fields that another value may stand for: not the number, by which one is known everywhere, nor the status, which opens doors."""


def posts_by_field() -> dict[str, list[tuple[int, str]]]:
    """Who answers for each field: the post that was named, else the head of the unit that owns the process."""
    named = {one.field: [(one.unit_id, one.office)] for one in FieldOwner.objects.all()}
    default = [(unit_id, HEAD) for unit_id in people.unit_ids_by_code([CORRECTION.unit]).values()]
    return {field: named.get(field, default) for field in FIELDS}


def own_fields(viewer: Viewer) -> list[str]:
    """Those for which who looks answers."""
    held = {(one.unit_id, one.office) for one in people.own_posts(viewer)}
    if not held:
        return []
    return viewer.once("portal.own_fields", lambda: [key for key, posts in posts_by_field().items() if held & {*posts}])


def owned(viewer: Viewer) -> QuerySet[Correction]:
    """All that was ever said to be wrong of the fields for which this reader answers, the newest first."""
    found = Correction.objects.filter(field__in=own_fields(viewer)).exclude(person=viewer.person_id)
    return found.select_related("case", "override").order_by("-pk")


def in_hand(viewer: Viewer) -> QuerySet[Correction]:
    """Corrections that this reader's post checks just now, of fields that another value may stand for."""
    found = owned(viewer).filter(field__in=OVERRIDABLE, closed_at=None, case__tokens__step=CHECK)
    return found.order_by("pk")


def running(viewer: Viewer) -> QuerySet[Correction]:
    """Those that stand until a day, the nearest first."""
    found = Correction.objects.filter(field__in=own_fields(viewer), override__ended_at=None, override__isnull=False)
    return found.select_related("case", "override").order_by("override__until", "pk")


@transaction.atomic
def override(
    *, by: Actor, person_id: int, correction: Correction, value: str | int, until: date, reason: str
) -> Correction:
    """Agreed to, and at once what the school's data say; the source is asked on."""
    locked = Correction.objects.select_for_update().get(pk=correction.pk)
    task = locked.case.tasks.filter(step=CHECK, state__in=["open", "claimed"]).first()
    if task is None:
        raise NotInHandError
    comment = say("来源改不了，学校数据先改，到 %(day)s 为止：%(why)s") % {"day": short_day(until, None), "why": reason}
    flows.decide(by=by, person_id=person_id, task=task, decision="agree", comment=comment)
    made = people.override_value(
        by=by,
        person_id=locked.person_id,
        field=OVERRIDABLE[locked.field],
        value=value,
        until=until,
        reason=reason,
        campus_no=locked.number,
    )
    locked.override = made
    locked.save(update_fields=["override"])
    return locked


@subscribe(people.OverrideEnded, name="portal.tell_override", wants=lambda event: event.ending in {"over", "lifted"})
def tell_override(events: Sequence[people.OverrideEnded]) -> None:
    """The old value is back: its person, and who answers for the field, are told."""
    ended = {one.override_id: one for one in events}
    for one in Correction.objects.filter(override__in=ended).select_related("case"):
        facts = {"number": one.case.number}
        key = str(one.override_id)
        messages.tell([one.person_id], "portal.override_over", facts, urgency="today", key=key)
        found = [people.find_post(unit_id, office) for unit_id, office in posts_by_field()[one.field]]
        owners = {person_id for post in found if post for person_id in post.person_ids}
        messages.tell(sorted(owners), "portal.override_over_owner", facts, urgency="today", key=key)
