"""What the portal declares of itself: the manual for administrators, the systems and their feeds."""

from urllib.parse import urlencode

from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import (
    Application,
    CalendarFeed,
    Check,
    CheckResult,
    LifeTopic,
    OfflinePage,
    Searchable,
    Verdict,
    applications,
    calendar_feeds,
    checks,
    life_topics,
    offline_pages,
    searchables,
)
from nanhu.kernel.ui import shell
from nanhu.platforms.portal.corrections.copies import copies_follow
from nanhu.platforms.portal.frame import PortalFrame
from nanhu.platforms.portal.help import sections_found
from nanhu.platforms.portal.integrations import feeds, news
from nanhu.platforms.portal.models import Integration
from nanhu.platforms.portal.weather.services import provider, weather

shell.provided_by(PortalFrame())
applications.add(
    Application(
        key="portal.manual",
        name=_("手册条目"),
        icon="book-check",
        url=reverse_lazy("portal:manual"),
        section="service",
        owner=_("信息中心"),
        description=_("使用手册的每一条、每一句现在成立不成立，最近一次是哪天核对的"),
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
    LifeTopic(key="duty", title=_("值班"), section="work", icon="clock", supplier=_("校内电话"), order=30),
    LifeTopic(key="cars", title=_("车辆"), section="work", icon="car", supplier=_("办公系统"), order=40),
    LifeTopic(key="venues", title=_("场地"), section="work", icon="calendar-check", supplier=_("场地申请"), order=50),
    LifeTopic(key="phones", title=_("电话"), section="work", icon="phone", supplier=_("校内电话"), order=60),
)


def integrations_answer() -> CheckResult:
    failing = list(Integration.objects.filter(state="live", failures__gte=5).values_list("name", flat=True)[:5])
    if failing:
        return CheckResult(verdict=Verdict.WARN, message=_("取不到：%(names)s") % {"names": "、".join(failing)})
    return CheckResult(verdict=Verdict.OK, message=str(_("接入的系统都取得到")))


def weather_is_fresh() -> CheckResult:
    if not provider()[0]:
        return CheckResult(verdict=Verdict.OK, message=str(_("没有选天气服务，首页不显示天气")))
    found = weather()
    if found is None or found.is_old:
        remedy = str(_("看 NANHU_WEATHER_… 的设置和 worker 的日志。"))
        return CheckResult(verdict=Verdict.WARN, message=str(_("三个多小时没有取到天气")), remedy=remedy)
    return CheckResult(verdict=Verdict.OK, message=str(_("天气是新的")))


applications.add(
    Application(
        key="portal.systems",
        name=_("业务系统"),
        icon="activity",
        url=reverse_lazy("portal:systems"),
        section="service",
        owner=_("信息中心"),
        description=_("各系统现在好不好、归谁管、数据是什么时候的"),
        order=69,
    )
)
calendar_feeds.add(CalendarFeed(key="portal.integrations", title=_("接入的日程"), load=feeds.calendar_of, order=90))
checks.add(Check(key="portal.integrations", title=_("接入的系统"), run=integrations_answer, order=60))
checks.add(Check(key="portal.corrections", title=_("更正的副本"), run=copies_follow, order=62))
offline_pages.add(
    OfflinePage(key="portal.home", address=lambda: reverse("portal:home")),
    OfflinePage(key="portal.calendar", address=lambda: reverse("portal:calendar:days"), title=_("日程")),
)
checks.add(Check(key="portal.weather", title=_("天气"), run=weather_is_fresh, order=61))
searchables.add(
    Searchable(key="portal.sites", title=_("学校网站"), icon="newspaper", load=news.sites_found, order=70),
    Searchable(
        key="portal.help",
        title=_("使用手册"),
        icon="circle-question-mark",
        load=sections_found,
        more=lambda text: f"{reverse('portal:help')}?{urlencode({'q': text})}",
        order=80,
        weight=-3,
    ),
)
