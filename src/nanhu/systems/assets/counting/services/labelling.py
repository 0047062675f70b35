"""Printing labels (打印标签): of things, and the codes of rooms for a count."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.school import school
from nanhu.systems.assets.counting.models import StockTake
from nanhu.systems.assets.counting.queries import room_codes_of
from nanhu.systems.assets.counting.services.planning import target_of
from nanhu.systems.assets.labels import SIZES, Label, sheet_of, zpl_of
from nanhu.systems.assets.models import Asset


def labels_of(*, by: Actor, things: Sequence[Asset], size: str, kind: str, has_bars: bool) -> bytes:
    """A PDF, or the commands of a label printer (`kind` zpl)."""
    labels = [
        Label(
            code=one.number,
            name=one.name,
            owner=f"{school().name} {one.unit.name}",
            line=one.room.name if one.room else "",
        )
        for one in things
    ]
    audit.record(by=by, action="assets.print_labels", target="asset-labels:things", facts={"labels": len(labels)})
    if kind == "zpl":
        return zpl_of(labels, size=SIZES[size], has_bars=has_bars).encode()
    return sheet_of(labels, size=SIZES[size], has_bars=has_bars)


def room_codes(*, by: Actor, take: StockTake) -> bytes:
    """One for each room in which things are booked: without it no count of that room is proven."""
    found = room_codes_of(take)
    labels = [Label(code=code, name=name, owner=school().name, line=_("盘点前先扫这个码")) for code, name in found]
    audit.record(by=by, action="assets.print_labels", target=target_of(take), facts={"labels": len(labels)})
    return sheet_of(labels, size=SIZES["60x40"], has_bars=False)
