"""Kiosks as everybody looks for them, and what somebody must see to."""

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.clock import now
from nanhu.kernel.kit import (
    SIGNED_IN,
    Badge,
    Console,
    Empty,
    Filters,
    Markup,
    Moment,
    Number,
    PageRequest,
    Table,
    Text,
    Views,
    list_of,
)
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.registry import Application, Role
from nanhu.platforms.terminals.models import KIOSKS, KioskAlarm, Terminal
from nanhu.platforms.terminals.queries import Site, kiosks, open_alarms, past_alarms, sites, yards
from nanhu.platforms.terminals.rules import LATE

KEEPER = "terminals.keeper"
SHOWN = 50
TONES: dict[str, Tone] = {"good": "good", "attention": "warn", "danger": "bad"}
MARKS = {"load_kiosk": "圈", "reissue_kiosk": "补", "self_service_kiosk": "查"}  # one character on the map

desk = Console(
    "kiosks",
    _("自助终端维护"),
    icon="bell",
    owner=_("信息中心"),
    description=_("缺纸、缺卡、堵卡、失去联系的自助终端"),
    roles=[Role(key=KEEPER, name=_("自助终端维护"), description=_("看自助终端的报警，去加纸、加卡、修理"))],
    order=46,
)
registry.applications.add(
    Application(
        key="terminals.kiosks",
        name=_("自助终端"),
        icon="map-pin",
        url=lambda: reverse("kiosks:machines"),
        section="service",
        owner=_("信息中心"),
        description=_("圈存机、补卡机、一体机在哪里，现在能不能用"),
        order=12,
    )
)


class Alarms(Table):
    kind = Badge(_("报警"), names=KioskAlarm.Kind.choices, tone="warn")
    place = Text(_("地点"), "kiosk__terminal__place")
    device = Text(_("终端"), lambda one: f"{one.kiosk.terminal.get_kind_display()} {one.kiosk.terminal.number}")
    raised_at = Moment(_("开始"))


class PastAlarms(Alarms):
    cleared_at = Moment(_("解除"))


def state_of(site: Site) -> str:
    first = _("失去联系") if not site.is_online else _("可用") if site.is_serving else _("暂停服务")
    return " · ".join(str(one) for one in (first, *(troubles_of(site) if site.is_online else ())))


class Sites(Table):
    place = Markup(_("地点"), "terminals/_place.html")
    device = Text(_("终端"), lambda one: f"{one.kiosk.terminal.get_kind_display()} {one.kiosk.terminal.number}")
    state = Badge(_("状态"), state_of, tones=lambda site: TONES[site.tone])
    paper = Text(_("凭条纸"), lambda one: one.kiosk.get_paper_display() if one.kiosk.reported_at else "", is_wide=True)
    cards_left = Number(_("空白卡（张）"), "kiosk__cards_left")
    last_seen = Moment(_("最近联系"), "kiosk__terminal__last_seen", is_wide=True)


class SiteFilters(Filters):
    kind = Views(
        {one: (one.label, Q(terminal__kind=one)) for one in Terminal.Kind if one in KIOSKS}, label=_("终端种类")
    )


NO_ALARMS = Empty(title=_("没有报警"), icon="circle-check", text=_("每台终端都在报告，纸和空白卡都够用。"))


@desk.page(
    "alarms/",
    title=_("自助终端报警"),
    tab=_("报警"),
    lead=_("缺纸、缺卡、堵卡、失去联系的终端。修好后由终端的下一次报告自动解除。"),
)
def alarms(request: PageRequest) -> HttpResponse:
    open_now, past = list(open_alarms()[:SHOWN]), past_alarms()
    facts = {
        "open": open_now,
        "open_list": list_of(request, Alarms, open_now, caption=_("现在要处理的"), empty=NO_ALARMS),
        "past_list": (shown := list_of(request, PastAlarms, past, caption=_("已解除"))),
        "page": shown.page,
    }
    return render(request, "terminals/alarms.html", facts)


@desk.page("", title=_("自助终端在哪里"), tab=_("在哪里"), roles=SIGNED_IN)
def machines(request: PageRequest) -> HttpResponse:
    found = sites(SiteFilters(request.GET).narrow(kiosks()))
    facts = {
        "sites": [(site, MARKS[site.kiosk.terminal.kind], state_of(site)) for site in found],
        "list": list_of(request, Sites, found, SiteFilters, caption=_("自助终端"), per_page=max(len(found), 1)),
        "yards": yards(found),
        "as_of": now(),
        "serving": sum(site.is_serving for site in found),
        "is_keeper": KEEPER in request.viewer.roles,
        "late_minutes": int(LATE.total_seconds() // 60),
    }
    return render(request, "terminals/kiosks.html", facts)


def troubles_of(site: Site) -> list[str]:
    return [str(KioskAlarm.Kind(kind).label) for kind in site.troubles]
