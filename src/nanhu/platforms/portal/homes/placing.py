"""Tiles that offices place on homes (投放卡片): one an office at a time, for an audience, for a fortnight at most."""

from typing import Any

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.registry import Tile, TileContent, Viewer
from nanhu.kernel.remembered import Remembered
from nanhu.platforms.portal.errors import PlacedTwiceError
from nanhu.platforms.portal.integrations.living import is_of
from nanhu.platforms.portal.models import PlacedTile
from nanhu.platforms.portal.tiles import TileView

SECONDS = 15.0


def read_placed() -> list[PlacedTile]:
    rows = PlacedTile.objects.filter(taken_back_at=None, last_day__gte=campus_today()).select_related("unit")
    return list(rows.order_by("first_day", "pk"))


placed = Remembered(read_placed, seconds=SECONDS)


def tiles_for(viewer: Viewer) -> list[TileView]:
    """Today's, of those that are for this viewer; no page asks the database for them."""
    today = campus_today()
    return [view_of(one) for one in placed() if one.first_day <= today <= one.last_day and is_for(one, viewer)]


def is_for(one: PlacedTile, viewer: Viewer) -> bool:
    return viewer.face in one.faces and is_of(viewer, one.unit_ids)


def view_of(one: PlacedTile) -> TileView:
    content = TileContent(caption=one.words, source=one.unit.name, url=one.url)
    tile = Tile(key=f"placed.{one.public_id}", title=one.title, load=lambda _viewer: content, icon="megaphone")
    return TileView(tile, content=content)


def place(*, by: Actor, **facts: Any) -> PlacedTile:
    """Raises PlacedTwiceError where the office has one on one of these days already; the database says so, whoever was first."""
    with refused_as(PlacedTwiceError, by="portal_placed_tile_one_an_office"):
        made = PlacedTile.objects.create(placed_by_name=by.name, **facts)
        audit.record(
            by=by,
            action="portal.place_tile",
            target=f"placed-tile:{made.pk}",
            facts={"title": made.title, "until": made.last_day.isoformat()},
        )
    placed.forget()
    return made


def take_back(*, by: Actor, tile: PlacedTile) -> None:
    """Gone from all homes within fifteen seconds."""
    with transaction.atomic():
        if PlacedTile.objects.filter(pk=tile.pk, taken_back_at=None).update(taken_back_at=now()):
            facts = {"title": tile.title}
            audit.record(by=by, action="portal.take_back_tile", target=f"placed-tile:{tile.pk}", facts=facts)
    placed.forget()
