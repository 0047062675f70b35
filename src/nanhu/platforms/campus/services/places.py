"""Places: set up as a school begins with them, closed and opened again."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.proposals import given
from nanhu.platforms.campus.errors import PlaceHeldError
from nanhu.platforms.campus.models import Place
from nanhu.platforms.campus.queries.occupancy import standing_in


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    """Parents stand before what is below them."""

    key: str
    name: str
    kind: str
    parent: str = ""


@transaction.atomic
def set_up_places(*, by: Actor, places: Sequence[PlaceOrder]) -> int:
    """Add what is missing of these; returns how many were added."""
    known = {place.key: place for place in Place.objects.all()}
    missing = [one for one in places if one.key not in known]
    for one in missing:
        parent = known[one.parent] if one.parent else None
        known[one.key] = Place.objects.create(key=one.key, name=one.name, kind=one.kind, parent=parent)
    if missing:
        audit.record(by=by, action="campus.set_up_places", target="campus:places", facts={"places": len(missing)})
    return len(missing)


@transaction.atomic
def close_place(*, by: Actor, place: Place, reason: str, though_held: bool = False) -> Place:
    """Closed with all below it from the commit on. Twice is harmless. Where somebody stands in it, now or later, it is refused and says
    who; `though_held` closes it all the same, and they stay for their own rooms to move."""
    why, locked = given(reason), held(place)
    if locked.closed_at is None:
        standing = refuse_held(locked, though_held=though_held)
        locked.closed_at, locked.closed_by_name, locked.why_closed = now(), by.name, why
        locked.save(update_fields=["closed_at", "closed_by_name", "why_closed"])
        facts = {"occupancies": standing} if standing else {}
        audit.record(by=by, action="campus.close_place", target=f"place:{locked.key}", reason=why, facts=facts)
    return locked


@transaction.atomic
def reopen_place(*, by: Actor, place: Place, reason: str) -> Place:
    """What is below it opens as well, unless it was closed by itself."""
    why, locked = given(reason), held(place)
    if locked.closed_at is not None:
        locked.closed_at, locked.closed_by_name, locked.why_closed = None, "", ""
        locked.save(update_fields=["closed_at", "closed_by_name", "why_closed"])
        audit.record(by=by, action="campus.reopen_place", target=f"place:{locked.key}", reason=why)
    return locked


def refuse_held(place: Place, *, though_held: bool) -> int:
    standing = standing_in(place)
    count, first = standing.count(), standing.first()
    if first is not None and not though_held:
        raise PlaceHeldError(place=place.name, standing=count, what=first.what, when=first.hours)
    return count


def held(place: Place) -> Place:
    """The place, locked for what is to be done to it."""
    locked = Place.objects.select_for_update().filter(pk=place.pk).first()
    if locked is None:
        raise NotFoundError(what=_("这个地点"))
    return locked
