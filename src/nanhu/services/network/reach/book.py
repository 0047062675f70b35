"""What everybody opens: campus resources from where he stands, the VPN and its account, installers, where Wi-Fi is."""

from collections import Counter
from typing import Any, Final
from uuid import UUID, uuid4

from django import forms
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.files.views import attachment
from nanhu.kernel.kit import (
    Badge,
    Choice,
    Console,
    Empty,
    Filters,
    FoldedSearch,
    Link,
    Markup,
    PageRequest,
    Table,
    Text,
    Views,
    listing,
)
from nanhu.kernel.kit.records import found_in, record, seen
from nanhu.kernel.kit.submissions import token_of
from nanhu.kernel.ui import dates, words
from nanhu.platforms.identity import api as identity
from nanhu.services.network import api as network
from nanhu.services.network.reach import policies, queries, rules
from nanhu.services.network.reach.forms import ApplyForm
from nanhu.services.network.reach.models import Installer, Resource, VpnGrant, VpnUse
from nanhu.services.network.reach.rules import PROMISE_VERSION, Standing, Way
from nanhu.services.network.reach.school import reach_rules, standing_at
from nanhu.services.network.reach.services import granting, installers, watching
from nanhu.services.network.reach.services.listing import lists_of

HERE: Final = {
    Standing.CAMPUS: _("您现在在校园网里：校内资源都能直接打开。"),
    Standing.VPN: _("您现在连着 VPN：清单里的系统能直接打开。"),
    Standing.OUTSIDE: _("您现在在校外：有的能直接打开，有的要先连 VPN 或走 CARSI。"),
}
USES_SHOWN: Final = 10

book = Console(
    "network_reach:book",
    _("校内资源与 VPN"),
    icon="globe",
    owner=_("信息中心"),
    description=_("校内系统、数字资源从哪里能打开；VPN 申请；客户端下载；无线网覆盖"),
    allows=lambda viewer: viewer.person_id is not None,
    section="service",
    order=36,
    styles=["network_reach/reach.css"],
)


class ResourceFilters(Filters):
    q = FoldedSearch(label=_("名称、单位、拼音"))
    kind = Choice(_("类别"), Resource.Kind.choices)
    show = Views(
        {
            "outside": (_("校外能用"), Q(reach__in=["open", "vpn", "carsi"])),
            "others": (_("不归信息中心管"), Q(is_of_centre=False)),
        }
    )


class Resources(Table):
    name = Link(_("名称"), to="resource")
    way = Markup(_("从这里"), "network_reach/_way.html")
    kind = Text(_("类别"), "get_kind_display", sort="kind")
    health = Badge(_("状态"), names=Resource.Health.choices, tones=queries.HEALTH_TONES, tone="none")
    unit = Text(_("负责单位"), "unit__name", is_term=True)


def here(request: PageRequest) -> Standing:
    return standing_at(str(request.META.get("REMOTE_ADDR", "")))


@book.page(
    "resources/", title=_("校内资源"), tab=_("校内资源"), lead=_("写明了从您现在的地方怎么打开；不能打开的写明找谁。")
)
def resources(request: PageRequest) -> HttpResponseBase:
    standing = here(request)
    none = Empty(title=_("没有这样的资源"), icon="search-x", text=_("换个说法，或减少一个条件。"))
    return listing(
        request,
        Resources,
        queries.resources(),
        ResourceFilters,
        each=lambda rows: queries.with_ways(rows, standing, request.viewer),
        empty=none,
        template="network_reach/resources.html",
        facts={"here": HERE[standing], "standing": standing.value},
    )


@resources.page("<uuid:public_id>/", title=_("资源"), subject=record(queries.resources(), Resource.what))
def resource(request: PageRequest, found: Resource) -> HttpResponse:
    standing = here(request)
    [found] = queries.with_ways([found], standing, request.viewer)
    way = queries.way_of(found, standing, request.viewer)
    health = found.get_health_display()
    if found.health_since:
        health = f"{health}（{dates.clock_words(found.health_since, now())}）"
    facts = {
        "resource": found,
        "way": way.value,
        "carsi": queries.carsi_link(found) if found.reach == Resource.Reach.CARSI else "",
        "web": queries.web_link(found) if way == Way.BY_WEB else "",
        "vpn": vpn.address(),
        "facts": [
            (_("类别"), found.get_kind_display()),
            (_("从哪里能到"), found.get_reach_display()),
            (_("负责单位"), words.term(found.unit.name)),
            (_("联系人"), found.contact),
            (_("管理"), _("信息中心") if found.is_of_centre else _("不归信息中心管")),
            (_("状态"), health),
        ],
        "is_direct": way == Way.OPEN,
    }
    return render(request, "network_reach/resource.html", facts)


def person_of(request: PageRequest) -> int:
    if request.viewer.person_id is None:
        raise NotFoundError(what=VpnGrant.what)
    return request.viewer.person_id


@book.page("vpn/", title="VPN", tab="VPN", lead=_("在校外用科研、教务、缴费等校内系统。"), opens_whole=True)
def vpn(request: PageRequest) -> HttpResponse:
    person_id = person_of(request)
    is_staff = policies.is_staff(request.viewer)
    grant = granting.standing_grant_of(person_id) if is_staff else None
    is_open = grant is not None and grant.state == VpnGrant.State.OPEN and grant.until >= campus_today()
    lists = lists_of(person_id) if is_open else []
    facts = {
        "is_staff": is_staff,
        "grant": grant,
        "state": "open" if is_open else grant.state if grant and grant.state != VpnGrant.State.OPEN else "",
        "renewal": granting.waiting_grant_of(person_id) if is_open else None,
        "may_renew": is_open and grant is not None and granting.may_renew(grant),
        "lists": lists,
        "has_totp": identity.has_totp(person_id) if is_open else False,
        "sessions": network.sessions_of(person_id, services=["vpn"]) if is_open else [],
        "uses": VpnUse.objects.filter(person=person_id).order_by("-at")[:USES_SHOWN] if is_open else [],
        "closed_networks_reason": reach_rules().bastion,
        "idle": reach_rules().idle_minutes,
        "programs": reach_rules().clients,
        "idle_days": reach_rules().idle_days,
        "resources": resources.address(),
        "downloads": downloads.address(),
        "apply": vpn_apply.address(),
        "give_back": give_back.address(),
    }
    return render(request, "network_reach/vpn.html", facts)


def apply_facts(request: PageRequest) -> dict[str, Any]:
    grant = granting.standing_grant_of(request.viewer.person_id)
    has_one = grant is not None and grant.state in granting.STANDING and not granting.may_renew(grant)
    return {
        "version": PROMISE_VERSION,
        "is_staff": policies.is_staff(request.viewer),
        "resources": resources.address(),
        "has_one": has_one or granting.waiting_grant_of(request.viewer.person_id) is not None,
        "vpn": vpn.address(),
    }


@vpn.form(
    "apply/",
    ApplyForm,
    title=_("申请 VPN 账户"),
    lead=_("在网上填，不用下载表格。单位负责人同意后自动开通。"),
    submit=_("提交申请"),
    icon="globe-lock",
    facts=apply_facts,
    template="network_reach/apply.html",
    to="vpn",
    done=lambda made: _now("已提交，编号 %(number)s，等单位负责人同意。") % {"number": made.number},
)
def vpn_apply(request: PageRequest, form: ApplyForm) -> VpnGrant:
    said = form.cleaned_data
    return granting.ask(
        by=request.actor,
        person_id=person_of(request),
        token=token_of(request) or uuid4(),
        purpose=said["purpose"],
        until=said["until"],
        promise_version=said["promise_version"],
    )


@vpn.action("give-back/", done=_("VPN 账户已停用。"))
def give_back(request: PageRequest) -> None:
    grant = granting.open_grant_of(person_of(request))
    if grant is None:
        raise NotFoundError(what=VpnGrant.what)
    granting.close(by=request.actor, grant=grant, cause=VpnGrant.Cause.RETURNED)


OWN_ODD: Final = seen(
    lambda viewer: VpnUse.objects.filter(person=viewer.person_id or 0).exclude(oddity=""), VpnUse.what
)


@vpn.page("uses/<uuid:public_id>/", title=_("是您吗？"), subject=OWN_ODD, opens_whole=True)
def use(request: PageRequest, found: VpnUse) -> HttpResponse:
    facts = {
        "use": found,
        "mine": mine.address(public_id=found.public_id),
        "not_mine": not_mine.address(public_id=found.public_id),
    }
    return render(request, "network_reach/use.html", facts)


@use.action("mine/", done=_("好，记下了：这个网络是您常用的。"), to="vpn")
def mine(request: PageRequest, found: VpnUse) -> None:
    watching.answer_mine(by=request.actor, use=found)


@use.form(
    "not-mine/",
    forms.Form,
    title=_("不是我"),
    lead=_("VPN 马上断开，别处的登录全部退出，密码立即作废：您要立刻设一个新密码，没设完就离开的，用“忘记密码”重设。"),
    guards=[identity.fresh_sign_in_required],
    submit=_("断开并换密码"),
    tone="danger",
    icon="shield-alert",
    to="vpn",
    done=_("已断开。请设新密码。"),
)
def not_mine(request: PageRequest, _form: forms.Form, found: VpnUse) -> None:
    watching.answer_not_mine(by=request.actor, use=found, keep_session=identity.session_of(request).pk)
    identity.stay_signed_in(request)


@book.page("downloads/", title=_("客户端下载"), tab=_("下载"), lead=_("信息中心核过的安装包，装前可以核对 SHA-256。"))
def downloads(request: PageRequest) -> HttpResponse:
    living = queries.installers().order_by("name", "-created_at")
    systems = dict(Installer.System.choices)
    chosen = request.GET.get("system", "")
    if chosen not in {*systems, "all"}:
        chosen = rules.system_of(request.headers.get("User-Agent", "")) or "all"
    counts = Counter(one.system for one in living)
    in_order = sorted(systems.items(), key=lambda pair: pair[0] != chosen)
    facts = {
        "installers": [one for one in living if chosen in {"all", one.system}],
        "chosen": chosen,
        "systems": [("all", _("全部"), len(living)), *((key, name, counts[key]) for key, name in in_order)],
        "apply": vpn.address() if policies.is_staff(request.viewer) else "",
    }
    return render(request, "network_reach/downloads.html", facts)


@downloads.download("<uuid:public_id>/")
def download(request: PageRequest, public_id: UUID) -> HttpResponse:
    found = found_in(queries.installers(), Installer.what, public_id=public_id)
    if request.method == "HEAD":
        return HttpResponse()
    return attachment(found.file, installers.handed_out(by=request.actor, viewer=request.viewer, found=found))


@book.page(
    "coverage/",
    title=_("无线网覆盖"),
    tab=_("无线覆盖"),
    lead=_("哪栋楼有校园无线网，接入点好不好。没有写的就是没有。"),
)
def coverage(request: PageRequest) -> HttpResponse:
    shown = queries.on_floor(request.GET.get("floor", ""))
    facts = {
        "areas": shown.areas,
        "floors": shown.floors,
        "floor": shown.floor,
        "late_list": queries.late_list(),
        "names": identity.wifi_network().names,
        "today": campus_today(),
    }
    return render(request, "network_reach/coverage.html", facts)
