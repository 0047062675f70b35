"""Who a notice is meant for: faces and units on one side, persons on the other."""

from typing import TypedDict

from nanhu.kernel.registry import BOTH_FACES, Viewer
from nanhu.platforms.messages.models import Notice, NoticeUnit
from nanhu.platforms.people import api as people

_KINDS = {
    Notice.Audience.ALL: people.kinds_showing(BOTH_FACES),
    Notice.Audience.STUDENTS: people.kinds_showing({"student"}),
    Notice.Audience.STAFF: people.kinds_showing({"staff"}),
}


def audiences_of(viewer: Viewer) -> list[str]:
    """By what a person is, not by the face chosen at the moment: who studies and teaches gets both, a guest nothing."""
    audiences = [Notice.Audience.ALL.value] if viewer.faces & BOTH_FACES else []
    if "student" in viewer.faces:
        audiences.append(Notice.Audience.STUDENTS.value)
    if "staff" in viewer.faces:
        audiences.append(Notice.Audience.STAFF.value)
    return audiences


def unit_ids_of(viewer: Viewer) -> frozenset[int]:
    """The viewer's units and all above them: a notice to a college reaches its classes."""
    return people.own_unit_ids(viewer)


def size_of(notice: Notice) -> int:
    """How many living persons the notice is meant for."""
    return people.count_people(**meant(notice))


def person_ids_of(notice: Notice) -> list[int]:
    """Who they are."""
    return people.people_of(**meant(notice))


class Meant(TypedDict):
    kinds: tuple[str, ...]
    unit_ids: list[int]


def meant(notice: Notice) -> Meant:
    units = NoticeUnit.objects.filter(notice=notice).values_list("unit_id", flat=True) if notice.for_units else ()
    return {"kinds": _KINDS[Notice.Audience(notice.audience)], "unit_ids": list(units)}
