"""Outlines of buildings and floors (楼的轮廓): drawn, adjusted and taken away by hand, or as a list says."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.revisions import refuse_changed
from nanhu.services.network.reach.errors import KnownAlreadyError
from nanhu.services.network.reach.models import CoveredArea

CHANGED: Final = ("place", "floor", "ring")


@transaction.atomic
def draw(*, by: Actor, facts: Mapping[str, Any]) -> CoveredArea:
    """`facts`: place, floor (None: of the whole), ring of (longitude, latitude) in degrees. Raises KnownAlreadyError where that place has one
    of that floor."""
    row = written(CoveredArea(), facts)
    audit.record(by=by, action="network.draw_outline", target=target_of(row), facts=said_of(row))
    return row


@transaction.atomic
def adjust(*, by: Actor, found: CoveredArea, facts: Mapping[str, Any], revision: str) -> CoveredArea:
    """As `draw`, of one that stands as it was read. Raises WrongStateError where it was taken away meanwhile."""
    row = living(found)
    refuse_changed(row, revision, CHANGED)
    written(row, facts)
    audit.record(by=by, action="network.change_outline", target=target_of(row), facts=said_of(row))
    return row


def written(row: CoveredArea, facts: Mapping[str, Any]) -> CoveredArea:
    row.place, row.floor, row.ring = facts["place"], facts["floor"], [list(corner) for corner in facts["ring"]]
    with refused_as(KnownAlreadyError, by="network_reach_area_once"):
        row.save()
    return row


@transaction.atomic
def remove(*, by: Actor, found: CoveredArea) -> None:
    row = living(found)
    audit.record(by=by, action="network.remove_outline", target=target_of(row), facts=said_of(row))
    row.delete()


def living(found: CoveredArea) -> CoveredArea:
    row = CoveredArea.objects.select_for_update(of=("self",)).filter(pk=found.pk).select_related("place").first()
    if row is None:
        raise WrongStateError(what=CoveredArea.what, state="—")
    return row


def target_of(row: CoveredArea) -> str:
    return f"covered-area:{row.public_id}"


def said_of(row: CoveredArea) -> dict[str, str]:
    return {"title": f"{row.place.name} {'' if row.floor is None else row.floor}".strip()}
