"""Who sees which things: a person their own, a unit's keeper (资产员) those of the unit and below, the asset office all."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import PageRequest
from nanhu.kernel.registry import Viewer
from nanhu.platforms.people import api as people
from nanhu.systems.assets.models import Asset

KEEPER: Final = "assets.keeper"
OFFICE: Final = "assets.office"
FINANCE: Final = "assets.finance"
POST: Final = "asset_keeper"
BELOW: Final = """
    WITH RECURSIVE down (id) AS (
        SELECT id FROM people_units WHERE id = ANY (%s)
        UNION
        SELECT u.id FROM people_units u JOIN down ON u.parent_id = down.id
    )
    SELECT id FROM down"""


def units_kept_by(viewer: Viewer) -> set[int]:
    """Those whose asset keeper (资产员) the viewer is, and all below them."""
    if viewer.person_id is None:
        return set()
    held = [one.unit_id for one in people.posts_of(viewer.person_id) if one.office == POST]
    return units_below(held) if held else set()


def units_below(unit_ids: Collection[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(BELOW, [list(unit_ids)])
        return {row[0] for row in cursor.fetchall()}


def all_things() -> QuerySet[Asset]:
    return Asset.objects.select_related("classification", "unit", "room")


def kept_by(viewer: Viewer) -> QuerySet[Asset]:
    return all_things().filter(unit_id__in=units_kept_by(viewer))


def own_things(viewer: Viewer) -> QuerySet[Asset]:
    return all_things().filter(keeper_id=viewer.person_id or 0).exclude(state__in=["disposed", "void"])


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
