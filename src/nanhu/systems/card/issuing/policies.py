"""Who may what with an order: the office all of it, a unit's delegates their unit's, a holder their own."""

from dataclasses import dataclass

from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.registry import Viewer
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing.models import CardOrder, UnitDelegate
from nanhu.systems.card.issuing.services.delegating import acting
from nanhu.systems.card.policies import CLERK, MANAGER

OFFICE = frozenset({CLERK, MANAGER})


def is_office(viewer: Viewer) -> bool:
    return bool(OFFICE & viewer.roles)


def acts_for_a_unit(viewer: Viewer) -> bool:
    return viewer.person_id in acting()


def is_office_or_acts(viewer: Viewer) -> bool:
    """Who finds the door. What a delegate may do there is asked of the database each time."""
    return is_office(viewer) or acts_for_a_unit(viewer)


def delegations_of(person_id: int | None) -> list[UnitDelegate]:
    """The units somebody acts for."""
    if person_id is None:
        return []
    return DELEGATIONS(person=person_id)


DELEGATIONS = Prepared(
    lambda: UnitDelegate.objects.filter(person_id=Given("person"), ended_at=None).order_by("unit_code", "role")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What this viewer may do with this order; nothing at all is a 404."""

    is_office: bool
    is_agent: bool
    is_leader: bool
    is_own: bool

    @property
    def may_see(self) -> bool:
        return self.is_office or self.is_agent or self.is_leader or self.is_own

    @property
    def may_mend(self) -> bool:
        return self.is_office or self.is_agent or self.is_own

    @property
    def may_hand_over(self) -> bool:
        return self.is_office or self.is_agent


def access_of(viewer: Viewer, order: CardOrder) -> Access:
    above = people.unit_codes_upwards(order.unit_code)
    roles = {one.role for one in delegations_of(viewer.person_id) if one.unit_code in above}
    return Access(
        is_office=is_office(viewer),
        is_agent="agent" in roles,
        is_leader="leader" in roles,
        is_own=order.requester_id is not None and order.requester_id == viewer.account_id,
    )
