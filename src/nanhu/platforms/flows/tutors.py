"""Tutors (导师), counsellors (辅导员) and class teachers (班主任) of an applicant, by the shared table `student.tutor`."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.registry import Text
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.flows.models import Case
from nanhu.platforms.flows.policies import is_staff
from nanhu.platforms.people import api as people

TABLE: Final = "student.tutor"
KINDS: Final[Mapping[str, Text]] = {
    "tutor": _("申请人的导师"),
    "counsellor": _("申请人的辅导员"),
    "class_teacher": _("申请人的班主任"),
}
"""Each is the resolver `flows.<kind>`."""
SAID: Final[Mapping[str, str]] = {"tutor": "导师", "counsellor": "辅导员", "class_teacher": "班主任"}
"""As the table says them."""


def tutors_of(case: Case, kind: str) -> list[int]:
    """Those of today who work here, by any of the applicant's numbers; none where the table says nothing, and the next in the step's list
    is asked."""
    card = people.person_card(case.applicant_id) if case.applicant_id else None
    numbers = [tie.campus_no for tie in card.affiliations if tie.is_live] if card else []
    if not numbers:
        return []
    today = campus_today()
    found = [
        row.staff_no
        for row in datahub.rows(TABLE, {"campus_no": numbers, "kind": SAID[kind]})
        if (row.starts_on is None or row.starts_on <= today) and (row.ends_on is None or row.ends_on >= today)
    ]
    persons = people.find_people_by_campus_no(found)
    return [one for one in dict.fromkeys(persons.values()) if is_staff(one)]
