"""Who keeps what: holders of directory.keeper everything, editors what belongs to the units that they lead or whose secretary they are."""

from typing import Any, Final

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.intake import IntakeBatch
from nanhu.kernel.registry import Role, Viewer
from nanhu.platforms.people import api as people
from nanhu.services.directory.errors import NotYourUnitError

KEEPER: Final = "directory.keeper"
EDITOR: Final = "directory.editor"
KEEPER_ROLE: Final = Role(
    key=KEEPER, name=_("电话簿管理"), description=_("维护全校的电话、公众号和问答，复核应急电话改号")
)
ROLES: Final = (
    KEEPER_ROLE,
    Role(key=EDITOR, name=_("电话簿填报"), description=_("维护本单位的电话、公众号和问答；管哪些单位看岗位任职")),
)
POSTS: Final = frozenset({"head", "deputy", "secretary"})


def units_kept_by(viewer: Viewer) -> frozenset[int] | None:
    """None: all of them."""
    if KEEPER in viewer.roles:
        return None
    if EDITOR not in viewer.roles:
        return frozenset()
    held = [one.unit_code for one in people.own_posts(viewer) if one.office in POSTS]
    return people.unit_ids_below(held) if held else frozenset()


def keepers_of(unit_id: int) -> set[int]:
    """Who is asked about what a unit keeps: head, deputy and secretary, else the head of the nearest unit above."""
    own = set(people.leaders_of([unit_id], POSTS))
    above = None if own else people.find_post(unit_id, "head", climbs=True)
    return own or set(above.person_ids if above else ())


def kept_by(viewer: Viewer, rows: QuerySet[Any]) -> QuerySet[Any]:
    return of_units_kept_by(viewer, rows.filter(removed_at=None).select_related("unit"))


def of_units_kept_by[Row: Model](viewer: Viewer, rows: QuerySet[Row]) -> QuerySet[Row]:
    units = units_kept_by(viewer)
    return rows if units is None else rows.filter(unit_id__in=units)


def unit_kept(viewer: Viewer, chosen: people.UnitChoice | None) -> int:
    """The unit that was chosen, if this viewer keeps it; the school, where none was, is its keepers'."""
    units = units_kept_by(viewer)
    unit_id = chosen.id if chosen else school_unit()
    if units is not None and unit_id not in units:
        raise NotYourUnitError
    return unit_id


def school_unit() -> int:
    """The unit above all."""
    first, *_others = people.unit_names()
    code = people.unit_codes_upwards(first[0])[-1]
    return people.unit_ids_by_code([code])[code]


def may_ask_back(viewer: Viewer, batch: IntakeBatch) -> bool:
    """That a list be rolled back: whoever handed it in or agreed to it, and every keeper."""
    return KEEPER in viewer.roles or viewer.account_id in {batch.author_id, batch.approver_id}
