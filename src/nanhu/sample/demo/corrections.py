"""Corrections of the sample campus: one that the office checks, one whose new value is on its way, three that are mended."""

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.events import deliver_pending
from nanhu.platforms.flows import api as flows
from nanhu.platforms.people import api as people
from nanhu.platforms.portal import sample as portal_sample
from nanhu.sample.cast import CAST
from nanhu.sample.passes import actor_of

BY = Actor.system("demo")
OFFICE = "head"
ASKED = (
    ("student", "people.unit", "计算机学院 / 软件工程 / 软工2301班", "9 月转了专业，名单里还是原来的班", False),
    ("teacher", "people.photo", "见附件", "照片是十年前的", True),
)


def ask_for_corrections() -> int:
    """Again: nothing, for twins are refused."""
    clerk = CAST["clerk"]
    units = people.unit_ids_by_code([clerk.unit])
    found = people.find_people_by_campus_no([one.campus_no for one in CAST.values()])
    if clerk.unit not in units or clerk.campus_no not in found:
        return 0
    for field in portal_sample.FIELDS:
        portal_sample.name_owner(by=BY, field=field, unit_id=units[clerk.unit], office=OFFICE)
    made = [
        ask(found[CAST[role].campus_no], field, wanted, why, is_mended=is_mended)
        for role, field, wanted, why, is_mended in ASKED
        if CAST[role].campus_no in found
    ]
    deliver_pending()
    return sum(made)


@transaction.atomic
def ask(person_id: int, field: str, wanted: str, why: str, *, is_mended: bool) -> bool:
    said = {"what": field, "number": "", "wanted": wanted, "why": why, "papers": []}
    try:
        case = flows.open_case(by=actor_of(person_id), key=portal_sample.CORRECTION, applicant_id=person_id, data=said)
    except flows.TwinCaseError:
        return False
    task = case.tasks.get(state="open")
    post = people.find_post(task.pool_unit_id, task.pool_office) if task.pool_unit_id else None
    if is_mended and post and post.person_ids:
        decider = post.person_ids[0]
        flows.decide(by=actor_of(decider), person_id=decider, task=task, decision="agree", comment="已请校园卡中心重拍")
    return True
