"""The emulated business systems become applications of the school: registered for CAS, listed in the portal."""

from collections.abc import Callable
from dataclasses import dataclass

from nanhu.emulators.api import SYSTEMS
from nanhu.kernel.actors import Actor
from nanhu.kernel.configuration import configuration
from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity import sample as identity_sample
from nanhu.platforms.portal import sample as portal_sample

BY = Actor.system("demo")
REASONS = {"displayName": "显示登录的是谁", "department": "按单位归类", "eduPersonAffiliation": "区分学生和教职工"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the portal shows a system, and to whom."""

    section: str
    icon: str
    description: str
    is_for_students: bool = False


UNITS = {
    "academic": "1008",
    "hr": "1007",
    "finance": "1012",
    "library": "1031",
    "assets": "1014",
    "labs": "1014",
    "websites": "1004",
    "learning": "1008",
    "research": "1009",
    "dormitory": "1006",
    "onboarding": "1006",
    "departure": "1006",
}
"""Whose head answers for it; else the information centre."""
PLACES = {
    "academic": Place(section="study", icon="calendar-days", description="选课、课表、成绩", is_for_students=True),
    "hr": Place(section="work", icon="id-card", description="考核、职称、请假"),
    "finance": Place(section="personal", icon="receipt", description="工资、项目经费、报销"),
    "library": Place(section="study", icon="book-open", description="借阅、预约、座位", is_for_students=True),
    "dormitory": Place(section="service", icon="bed", description="住宿、水电、调宿", is_for_students=True),
    "onboarding": Place(section="service", icon="door-open", description="新生报到", is_for_students=True),
    "departure": Place(section="service", icon="luggage", description="毕业离校手续", is_for_students=True),
    "research": Place(section="personal", icon="flask-conical", description="项目、成果、经费"),
    "assets": Place(section="work", icon="package", description="盘点、领用、报废"),
    "websites": Place(section="work", icon="globe", description="各单位网站的稿件"),
    "mail": Place(section="service", icon="mail", description="学校邮箱", is_for_students=True),
    "learning": Place(section="study", icon="graduation-cap", description="课程、作业、讨论", is_for_students=True),
    "labs": Place(section="work", icon="microscope", description="大型仪器预约", is_for_students=True),
}


def connect_systems(advance: Callable[[int, int, str], None]) -> str:
    for number, one in enumerate(SYSTEMS):
        advance(number, len(SYSTEMS), one.name)
        place, address = PLACES[one.key], f"http://localhost:{configuration().systems_port}/{one.key}/"
        application = identity.register_application(
            by=BY,
            key=one.key,
            name=one.name,
            owner=one.owner,
            service_prefix=address,
            attributes=REASONS,
            logout_url=f"{address}login",
        )
        if not place.is_for_students:
            identity_sample.admit_only(by=BY, application=application, kind="staff", reason="仅限教职工")
        portal_sample.enter(
            by=BY,
            key=one.key,
            name=one.name,
            address=address,
            system=one.key,
            unit=UNITS.get(one.key, "1032"),
            has_single_sign_on=True,
            section=place.section,
            faces=["staff", "student"] if place.is_for_students else ["staff"],
            icon=place.icon,
            description=place.description,
            order=200 + number,
        )
    return f"{len(SYSTEMS)} 个"
