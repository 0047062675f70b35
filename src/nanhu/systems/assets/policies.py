"""Who sees which things: a person their own, a unit's keeper (资产员) those of the unit and below, the asset office all."""

from typing import Final

from django.db.models import Q, QuerySet

from nanhu.kernel.database.prepared import Given
from nanhu.kernel.registry import Viewer
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.people import api as people
from nanhu.systems.assets.errors import NotYourUnitError
from nanhu.systems.assets.models import Asset, Transfer
from nanhu.systems.assets.models.things import GONE, OFFERED

KEEPER: Final = "assets.keeper"
OFFICE: Final = "assets.office"
FINANCE: Final = "assets.finance"
POST: Final = "asset_keeper"


def supplier() -> str:
    """Whose system keeps the things now; empty: this one."""
    return datahub.supplier("assets.asset")


def works_here(viewer: Viewer) -> bool:
    return viewer.person_id is not None and "staff" in viewer.faces


def units_kept_by(viewer: Viewer) -> frozenset[int]:
    """Those whose asset keeper (资产员) the viewer is, and all below them."""
    held = [one.unit_code for one in people.own_posts(viewer) if one.office == POST]
    return people.unit_ids_below(held) if held else frozenset()


def unit_kept(viewer: Viewer, chosen: people.UnitChoice) -> int:
    """The unit that was chosen, if this viewer keeps it."""
    if chosen.id not in units_kept_by(viewer):
        raise NotYourUnitError
    return chosen.id


def all_things() -> QuerySet[Asset]:
    return Asset.objects.select_related("classification", "unit", "room")


def kept_by(viewer: Viewer) -> QuerySet[Asset]:
    return all_things().filter(unit_id__in=units_kept_by(viewer))


def own_things(viewer: Viewer) -> QuerySet[Asset]:
    return things_of(viewer.person_id or 0)


def things_of(keeper_id: int | Given) -> QuerySet[Asset]:
    return all_things().filter(keeper_id=keeper_id).exclude(state__in=GONE)


def idle_things(viewer: Viewer) -> QuerySet[Asset]:
    """What the units offer, or nobody saw for two years: others', for one's own one has already."""
    return all_things().filter(OFFERED).exclude(keeper_id=viewer.person_id or 0)


def to_accept(viewer: Viewer) -> QuerySet[Transfer]:
    """Transfers that the other unit's keeper is asked to accept: who gets it, or has what somebody needs."""
    units = units_kept_by(viewer)
    theirs = Q(wants_idle=False, to_unit__in=units) | Q(wants_idle=True, from_unit__in=units)
    rows = Transfer.objects.filter(theirs, state=Transfer.State.ASKED, accepted_at=None)
    return rows.exclude(author=viewer.account_id).select_related("asset", "from_unit", "to_unit", "to_room")
