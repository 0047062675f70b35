"""Who sees which things: a person their own, a unit's keeper (资产员) those of the unit and below, the asset office all."""

from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import PageRequest
from nanhu.kernel.registry import Viewer
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.people import api as people
from nanhu.systems.assets.models import Asset
from nanhu.systems.assets.models.things import GONE

KEEPER: Final = "assets.keeper"
OFFICE: Final = "assets.office"
FINANCE: Final = "assets.finance"
POST: Final = "asset_keeper"


def supplier() -> str:
    """Whose system keeps the things now; empty: this one."""
    return datahub.supplier("assets.asset")


def units_kept_by(viewer: Viewer) -> frozenset[int]:
    """Those whose asset keeper (资产员) the viewer is, and all below them."""
    if viewer.person_id is None:
        return frozenset()
    held = [one.unit_code for one in people.posts_of(viewer.person_id) if one.office == POST]
    return people.unit_ids_below(held) if held else frozenset()


def all_things() -> QuerySet[Asset]:
    return Asset.objects.select_related("classification", "unit", "room")


def kept_by(viewer: Viewer) -> QuerySet[Asset]:
    return all_things().filter(unit_id__in=units_kept_by(viewer))


def own_things(viewer: Viewer) -> QuerySet[Asset]:
    return things_of(viewer.person_id or 0)


def things_of(keeper_id: int) -> QuerySet[Asset]:
    return all_things().filter(keeper_id=keeper_id).exclude(state__in=GONE)


def idle_things(viewer: Viewer) -> QuerySet[Asset]:
    """What the units offer: others', for one's own one has already."""
    rows = all_things().filter(is_idle=True, state__in=[Asset.State.IN_STOCK, Asset.State.IN_USE])
    return rows.exclude(keeper_id=viewer.person_id or 0)


def idle_thing(request: PageRequest, public_id: UUID) -> Asset:
    thing: Asset = found_in(idle_things(request.viewer), public_id)
    return thing


def found_in(rows: QuerySet[Any], public_id: UUID, what: Any = Asset.what) -> Any:
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFoundError(what=what)
    return found


def own_thing(request: PageRequest, public_id: UUID) -> Asset:
    thing: Asset = found_in(own_things(request.viewer), public_id)
    return thing


def kept_thing(request: PageRequest, public_id: UUID) -> Asset:
    thing: Asset = found_in(kept_by(request.viewer), public_id)
    return thing
