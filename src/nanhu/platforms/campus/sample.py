"""What only the sample campus needs of this room: its beginnings, without a second person."""

from collections.abc import Mapping

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.once import lock_key
from nanhu.platforms.campus.models import Term
from nanhu.platforms.campus.services.rollover import open_term
from nanhu.platforms.campus.services.rooms import RoomFacts, write_rooms
from nanhu.platforms.campus.services.terms import decide_day, move_term, plan_term, set_periods

__all__ = ["RoomFacts", "bring_to", "decide_day", "plan_term", "set_periods", "set_up_rooms"]
WAY = (Term.State.PLANNED, Term.State.OPEN, Term.State.CLOSED, Term.State.ARCHIVED)


def bring_to(*, by: Actor, term: Term, state: Term.State) -> Term:
    """Step by step, as terms go."""
    for one in WAY[WAY.index(Term.State(term.state)) + 1 : WAY.index(state) + 1]:
        term = open_term(by=by, term=term) if one == Term.State.OPEN else move_term(by=by, term=term, state=one)
    return term


@transaction.atomic
def set_up_rooms(*, by: Actor, rooms: Mapping[str, RoomFacts]) -> int:
    lock_key("campus.rooms")
    write_rooms(rooms)
    audit.record(by=by, action="campus.set_up_places", target="campus:places", facts={"places": len(rooms)})
    return len(rooms)
