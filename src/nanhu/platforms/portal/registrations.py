"""What the portal declares of itself: the page of the executable manual, for administrators."""

from typing import Final

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Application, LifeTopic, applications, life_topics

MANUAL_READERS: Final = ("campus.admin", "identity.admin", "identity.security", "identity.auditor")

applications.add(
    Application(
        key="portal.manual",
        name=_("手册条目"),
        icon="book-check",
        url=reverse_lazy("portal:manual"),
        section="work",
        roles=frozenset(MANUAL_READERS),
        owner=_("信息中心"),
        description=_("使用手册的每一条、每一句，和验证它的测试"),
        order=990,
    )
)
life_topics.add(
    LifeTopic(
        key="timetable", title=_("课表"), section="study", icon="calendar-range", supplier=_("教务系统"), order=10
    ),
    LifeTopic(key="exams", title=_("考试"), section="study", icon="file-pen", supplier=_("教务系统"), order=20),
    LifeTopic(key="grades", title=_("成绩"), section="study", icon="graduation-cap", supplier=_("教务系统"), order=30),
    LifeTopic(key="loans", title=_("借阅"), section="study", icon="book-open", supplier=_("图书馆系统"), order=40),
    LifeTopic(key="card", title=_("校园卡"), section="study", icon="credit-card", supplier=_("校园卡系统"), order=50),
    LifeTopic(key="dormitory", title=_("宿舍"), section="study", icon="bed", supplier=_("宿舍管理系统"), order=60),
    LifeTopic(key="meetings", title=_("会议"), section="work", icon="users", supplier=_("办公系统"), order=10),
    LifeTopic(key="term", title=_("校历"), section="work", icon="calendar-days", supplier=_("教务处"), order=20),
    LifeTopic(key="duty", title=_("值班"), section="work", icon="clock", supplier=_("办公系统"), order=30),
    LifeTopic(key="cars", title=_("车辆"), section="work", icon="car", supplier=_("办公系统"), order=40),
    LifeTopic(key="venues", title=_("场地"), section="work", icon="calendar-check", supplier=_("场地申请"), order=50),
    LifeTopic(key="phones", title=_("电话"), section="work", icon="phone", supplier=_("校内电话"), order=60),
)
