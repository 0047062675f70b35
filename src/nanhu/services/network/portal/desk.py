"""The engineer's list of portal gateways (门户网关), and which troubles people come with."""

from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, Q
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import now
from nanhu.kernel.kit import Console, Empty, Link, Moment, Number, PageRequest, Press, Table, Text, listing
from nanhu.kernel.kit.records import record
from nanhu.kernel.revisions import revision_of
from nanhu.services.network import policies
from nanhu.services.network.portal import announcements
from nanhu.services.network.portal.forms import GatewayChangeForm, GatewayForm
from nanhu.services.network.portal.models import Cure, PortalGateway
from nanhu.services.network.portal.services import gateways as keeping

desk = Console(
    "network_portal:desk",
    _("门户网关"),
    icon="router",
    owner=_("信息中心"),
    description=_("把未认证的手机带到认证页的网关和控制器；上网自查的结果"),
    roles=policies.ROLES,
    order=86,
)


class Gateways(Table):
    name = Link(_("网关自称"), to="change")
    kind = Text(_("类型"), "get_kind_display")
    nas = Text(_("接入设备"), "nas__name")
    networks = Text(_("手机所在网段"), lambda one: "、".join(one.networks))
    told = Moment(_("代理最近来过"), "told_at")
    action = Press(_("撤掉"), to="remove", icon="x")


@desk.page("", title=_("门户网关"), tab=_("网关"))
def gateways(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有登记门户网关"), icon="router", action=_("登记第一个"), to="enter")
    rows = PortalGateway.living().order_by("name")
    return listing(request, Gateways, rows, empty=none)


@gateways.form(
    "new/",
    GatewayForm,
    title=_("登记门户网关"),
    button=_("登记门户网关"),
    icon="plus",
    done=_("已登记。"),
    to="gateways",
)
def enter(request: PageRequest, form: GatewayForm) -> None:
    keeping.enter(by=request.actor, **form.cleaned_data)


LIVING: Final = record(PortalGateway.living(), PortalGateway.what)


@gateways.action("<uuid:public_id>/remove/", subject=LIVING, done=_("已撤掉：代理下次来时断开经它上线的人。"))
def remove(request: PageRequest, found: PortalGateway) -> None:
    keeping.retire(by=request.actor, gateway=found)


def said_of(_request: PageRequest, found: PortalGateway) -> dict[str, Any]:
    return {
        "networks": "\n".join(found.networks),
        "host": found.host,
        "port": found.port,
        "revision": revision_of(found, keeping.CHANGED),
    }


@gateways.form(
    "<uuid:public_id>/",
    GatewayChangeForm,
    title=_("改门户网关"),
    subject=LIVING,
    initial=said_of,
    done=_("已改。"),
    to="gateways",
)
def change(request: PageRequest, form: GatewayChangeForm, found: PortalGateway) -> None:
    keeping.change(by=request.actor, gateway=found, **form.cleaned_data)


@desk.page(
    "dhcp/",
    title=_("在 DHCP 里宣告认证页"),
    tab="DHCP",
    lead=_("手机从 DHCP 知道认证页在哪里（RFC 8910），不用等弹窗：把您那种服务器的几行写进去。"),
)
def announcing(request: PageRequest) -> HttpResponseBase:
    facts = {"snippets": announcements.snippets(), "is_secure": announcements.is_secure()}
    return render(request, "network_portal/announcing.html", facts)


class Cures(Table):
    finding = Text(_("查出"), "words")
    count = Number(_("次数"))
    solved = Number(_("好了"))
    unsolved = Number(_("没有好"))


@desk.page("cures/", title=_("上网自查"), tab=_("自查"), lead=_("最近三十天，人们查出了什么，办法管不管用。"))
def cures(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("最近没有人自查"), icon="stethoscope")
    rows = Cure.objects.filter(at__gt=now() - timedelta(days=30)).values("finding")
    sums: Any = rows.annotate(
        count=Count("pk"),
        solved=Count("pk", filter=Q(is_solved=True)),
        unsolved=Count("pk", filter=Q(is_solved=False)),
    ).order_by("-count")
    return listing(
        request, Cures, [{**one, "words": WORDS.get(one["finding"], one["finding"])} for one in sums], empty=none
    )


WORDS: dict[str, Any] = {
    "on_line": _("已经在线"),
    "captive": _("没有登录"),
    "outside": _("不在校园网"),
    "refused": _("不准入"),
    "full": _("设备到上限"),
    "leaving": _("正在让一台下线"),
    "reconnecting": _("正在断开重连"),
    "account_well": _("密码和账号都没有问题"),
    "looped": _("来回断开"),
    "wrong_password": _("密码不对"),
    "certificate": _("证书不受信任"),
    "no_address": _("没有地址"),
    "which_building": _("没有信号"),
    "not_covered": _("没有覆盖"),
    "building_down": _("整栋楼没有响应"),
    "building_well": _("楼里设备正常"),
    "dormitory": _("宿舍宽带"),
    "operator": _("宿舍宽带，告诉了是哪家"),
    "account": _("账号登录不了"),
    "vpn": "VPN",
    "vpn_refused": _("没有 VPN 账户"),
    "vpn_code": _("没有动态口令"),
    "kept_off": _("自己让它下了线"),
}
