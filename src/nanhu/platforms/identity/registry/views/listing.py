"""The list of applications, with their health and protocols."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpResponseBase
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Empty, Filters, Link, PageRequest, Search, Table, Text, Views, listing
from nanhu.platforms.identity import panels
from nanhu.platforms.identity.models import Application, ApplicationAddress
from nanhu.platforms.identity.registry import queries
from nanhu.platforms.identity.registry.console import desk

HEALTH_TONES = {"up": "good", "slow": "warn"}
NOTHING = Empty(
    title=_("这里还没有应用"),
    icon="app-window",
    text=_("登记一个应用只要两分钟：写明是谁的、给谁用、要哪些信息，再把配置粘贴过去。"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    application: Application
    protocols: list[str | Promise]
    is_resting: bool

    @property
    def key(self) -> str:
        return self.application.key


def protocols(line: Line) -> str:
    if not line.protocols:
        return format_html('<span class="sub">{}</span>', _("还没有接入"))
    marks = [*line.protocols, _("两步")] if line.application.demands_second_factor else line.protocols
    return format_html_join(" ", '<span class="badge">{}</span>', ((mark,) for mark in marks))


def state_of(line: Line) -> str:
    health = getattr(line.application, "health", None)
    if not line.application.is_enabled:
        tone, word = "none", _("已停用")
    elif line.is_resting:
        tone, word = "info", _("维护中")
    elif health is None:
        tone, word = "none", _("没有检查")
    else:
        tone, word = HEALTH_TONES.get(health.state, "bad"), health.get_state_display()
    return format_html('<span class="state state-{}">{}</span>', tone, word)


def first_address(line: Line) -> str:
    return next((str(one.prefix) for one in line.application.addresses.all()), "")


class Applications(Table):
    name = Link(_("应用"), "application__name", to="application", by=("key",), sort="name")
    key = Text(_("代号"), is_number=True, sort="key")
    owner = Text(_("主管单位"), "application__owner", sort="owner")
    protocols = Text(_("协议"), protocols)
    address = Text(_("地址"), first_address, is_wide=True)
    state = Text(_("现在"), state_of)


class ApplicationSearch(Search):
    """Also at which address it lives."""

    def condition(self, given: Mapping[str, Any]) -> Q | None:
        found = super().condition(given)
        if found is None:
            return None
        there = ApplicationAddress.objects.filter(prefix__icontains=given[""].strip()).values("application")
        return found | Q(pk__in=there)


class ApplicationFilters(Filters):
    q = ApplicationSearch("name", "key", "owner", label=_("名称、主管单位或地址"))
    state = Views(
        {
            "down": (_("无法访问"), queries.STATES["down"]),
            "waiting": (_("属性待批准"), queries.STATES["waiting"]),
            "off": (_("已停用"), queries.STATES["off"]),
        },
        counts=queries.counts,
    )


@desk.page(
    "applications/",
    title=_("应用登记"),
    tab=_("应用"),
    lead=_("接入统一身份的应用：谁能用，得到什么信息，当前是否正常。"),
)
def applications(request: PageRequest) -> HttpResponseBase:
    return listing(request, Applications, queries.applications(), ApplicationFilters, each=lines_of, empty=NOTHING)


def lines_of(found: Sequence[Application]) -> list[Line]:
    resting = queries.resting_now([one.pk for one in found])
    speakers = [(panel, panel.speakers() if panel.speakers else None) for panel in panels.in_order()]
    return [
        Line(
            application=one,
            protocols=[
                short_name(panel)
                for panel, ids in speakers
                if (one.pk in ids if ids is not None else panel.speaks(one))
            ],
            is_resting=one.pk in resting,
        )
        for one in found
    ]


def short_name(panel: panels.ProtocolPanel) -> str:
    return re.split(r"[ （(]", str(panel.name), maxsplit=1)[0]
