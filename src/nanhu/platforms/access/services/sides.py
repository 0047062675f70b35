"""Anti-passback is reset by a guard: for one person, or for everybody of a place, with a reason."""

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.proposals import given
from nanhu.platforms.access.models import Presence
from nanhu.platforms.campus.api import Place


@transaction.atomic
def reset_sides(*, by: Actor, place: Place, reason: str, person_id: int | None = None) -> int:
    """Nobody's side is known afterwards, so everybody may go in once. Returns how many were thought to be inside."""
    why = given(reason)
    rows = Presence.objects.filter(place=place)
    rows = rows.filter(person_id=person_id) if person_id is not None else rows
    inside = rows.filter(is_inside=True).count()
    rows.delete()
    facts = {"inside": inside, "person": person_id}
    audit.record(by=by, action="access.sides_reset", target=f"place:{place.key}", reason=why, facts=facts)
    return inside
