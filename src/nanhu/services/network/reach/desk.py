"""The desk of the information centre: VPN accounts, reach lists, networks of the machine room, installers, resources, access points, outlines."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final
from uuid import uuid4

from django.db.models import Exists, OuterRef, Q
from django.forms.models import model_to_dict
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import dated
from nanhu.kernel.kit import (
    Badge,
    Choice,
    Console,
    Day,
    Empty,
    Filters,
    FoldedSearch,
    Link,
    Moment,
    Number,
    PageRequest,
    Press,
    Search,
    Span,
    Table,
    Text,
    Views,
    Who,
    listing,
    sheet_form,
)
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import record
from nanhu.kernel.kit.submissions import token_of
from nanhu.kernel.revisions import revision_of
from nanhu.platforms.campus import api as campus
from nanhu.platforms.campus.api import PlaceSearch
from nanhu.platforms.people import api as people
from nanhu.services.network.reach import policies, queries, rules, sheets
from nanhu.services.network.reach.forms import (
    ClosedNetworkForm,
    InstallerForm,
    OutlineChangeForm,
    OutlineForm,
    PointForm,
    ReachListForm,
    ResourceChangeForm,
    ResourceForm,
    SheetForm,
)
from nanhu.services.network.reach.models import (
    AccessPoint,
    AddressRegion,
    ClosedNetwork,
    CoveredArea,
    Installer,
    ReachChange,
    ReachList,
    Reopening,
    Resource,
    VpnGrant,
)
from nanhu.services.network.reach.services import effects, granting, installers, narrowing
from nanhu.services.network.reach.services import listing as lists
from nanhu.services.network.reach.services import outlines as outlining
from nanhu.services.network.reach.services import points as hanging
from nanhu.services.network.reach.services import regions as regioning
from nanhu.services.network.reach.services import resources as keeping

GRANT_TONES: Final[Mapping[str, Tone]] = {"asked": "warn", "open": "good", "refused": "none", "closed": "none"}

desk = Console(
    "network_reach:desk",
    _("校园网资源管理"),
    icon="globe-lock",
    owner=_("信息中心"),
    description=_("VPN 账户和可达清单、安装包、校内资源、无线接入点和覆盖图"),
    roles=policies.ROLES,
    order=66,
    styles=["network_reach/reach.css"],
)


reopening_desk = Console(
    "network_reach:reopenings",
    _("去掉机房网段"),
    icon="server",
    owner=_("信息中心"),
    description=_("让 VPN 能通到机房网段的申请，两人同意"),
    roles=policies.ROLES,
    order=66,
    styles=["network_reach/reach.css"],
)
desk.shares_bar_with(reopening_desk)


class Grants(Table):
    ordering = ("-asked_at",)
    person_name = Link(_("姓名"), to="grant")
    purpose = Text(_("用途"), is_wide=True)
    state = Badge(_("状态"), names=VpnGrant.State.choices, tones=GRANT_TONES)
    until = Day(_("用到"))
    last_used_at = Moment(_("最近使用"), is_wide=True)
    cause = Text(_("停用原因"), names=dict(VpnGrant.Cause.choices))
    number = Text(_("编号"), is_number=True, is_wide=True)


class GrantFilters(Filters):
    q = Search("person_name", "number", label=_("姓名、编号"))
    state = Choice(_("状态"), VpnGrant.State.choices)


@desk.page("", title=_("VPN 账户"), tab=_("VPN 账户"))
def grants(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有人申请 VPN"), icon="globe-lock")
    return listing(request, Grants, VpnGrant.objects.all(), GrantFilters, empty=none, export_as="VPN账户")


@grants.form(
    "<uuid:public_id>/",
    ReasonForm,
    title=_("停用 VPN 账户"),
    lead=_("马上断开，本人会收到原因。"),
    subject=record(VpnGrant.objects.all(), VpnGrant.what),
    facts=lambda _request, found: {"grant": found, "facts": granted_facts(found)},
    template="network_reach/grant.html",
    submit=_("停用"),
    tone="danger",
    to="grants",
    done=_("已停用。"),
)
def grant(request: PageRequest, form: ReasonForm, found: VpnGrant) -> None:
    granting.close(by=request.actor, grant=found, cause=VpnGrant.Cause.REVOKED, reason=form.cleaned_data["reason"])


def granted_facts(found: VpnGrant) -> list[tuple[Any, Any]]:
    return [
        (_("姓名"), found.person_name),
        (_("状态"), found.get_state_display()),
        (_("用途"), found.purpose),
        (_("用到"), found.until),
        (_("保密承诺"), found.promise_version),
        (_("编号"), found.number),
        (_("停用原因"), f"{found.get_cause_display()} {found.reason}".strip() or "—"),
    ]


class ReachLists(Table):
    ordering = ("name", "starts_on")
    name = Text(_("名称"))
    whom = Text(_("给谁"), "whom", sort="office")
    networks = Text(_("网段"), lambda one: "、".join(one.networks), sort=False)
    ports = Text(_("端口"), lambda one: "、".join(map(str, one.ports)), sort=False)
    days = Span(_("有效期"))
    action = Press(_("停用"), to="end_list", icon="x")


@desk.page(
    "lists/", title=_("可达清单"), tab=_("可达清单"), lead=_("连上 VPN 只能到这里写的网段和端口，其余流量不走 VPN。")
)
def reach_lists(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有清单：现在 VPN 哪里都不通"), icon="list", action=_("写第一份"), to="add_list")
    rows = dated.not_over(ReachList.objects.select_related("unit"))
    return listing(request, ReachLists, rows, each=with_whom, empty=none, export_as="可达清单")


def with_whom(rows: Sequence[Any]) -> Sequence[Any]:
    """Each list says for whom it is, in words."""
    offices = people.office_names()
    for one in rows:
        said = [offices.get(one.office, one.office), one.unit.name if one.unit else ""]
        one.whom = " · ".join(filter(None, said)) or _now("全体教职工")
    return rows


@reach_lists.form(
    "new/",
    ReachListForm,
    title=_("新清单"),
    button=_("新清单"),
    icon="plus",
    lead=_("先看谁多了、谁少了，再交另一人复核；他同意才生效。"),
    submit=_("看看影响"),
    preview=lambda _request, form: effects.effect_of(form.order()),
    template="network_reach/new_list.html",
    done=_("已提出，等另一人复核。"),
    to="case",
)
def add_list(request: PageRequest, form: ReachListForm) -> ReachChange:
    reason = form.cleaned_data["reason"]
    return lists.ask(by=request.actor, token=token_of(request) or uuid4(), order=form.order(), reason=reason)


def ended_words(count: int) -> str:
    if not count:
        return _now("已停用。")
    return _now("已停用。现在连着的 %(count)s 条 VPN 会断开重连，网关的配置文件重写以后分批断。") % {"count": count}


@reach_lists.action(
    "<uuid:public_id>/end/",
    subject=record(ReachList.objects.filter(withdrawn_at=None), ReachList.what),
    done=ended_words,
)
def end_list(request: PageRequest, found: ReachList) -> int:
    lists.end_list(by=request.actor, found=found)
    return narrowing.count_inside(list(lists.living_lists()), cache(lists.members))


class ReachChanges(Table):
    name = Link(_("名称"), to="case")
    networks = Text(_("网段"), lambda one: "、".join(one.networks), sort=False)
    ports = Text(_("端口"), lambda one: "、".join(map(str, one.ports)), sort=False)
    office = Text(_("岗位"), lambda one: people.office_names().get(one.office, one.office), is_wide=True)
    unit = Text(_("单位"), "unit__name", is_wide=True)
    starts_on = Day(_("从"))
    ends_on = Day(_("到"))
    reason = Text(_("依据"), is_wide=True)
    author = Who(_("提出"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=ReachChange.State.choices, tones={"entered": "good", "refused": "none"}, tone="warn")


changes = desk.proposals(
    "changes/",
    ReachChange,
    ReachChanges,
    title=_("清单复核"),
    tab=_("清单复核"),
    lead=_("一人提出、另一人同意，清单才生效。"),
    found=ReachChange.objects.select_related("unit"),
    template="network_reach/change.html",
    facts=lambda _request, found: (
        {"preview": effects.effect_of(lists.order_of(found))} if found.state == found.waits_in else {}
    ),
    on_approve=lambda by, row: lists.approve(by=by, row=row),
    on_refuse=lambda by, row, answer: lists.refuse(by=by, row=row, answer=answer),
    empty=Empty(title=_("没有等复核的清单"), icon="list"),
)


class ClosedNetworks(Table):
    network = Text(_("网段"), is_number=True)
    name = Text(_("是什么"))
    created = Who(_("登记"), "created_by_name", at="created_at")
    state = Text(_("状态"), lambda one: _("去掉：待复核") if one.is_asked_for else "")
    action = Press(_("去掉"), to="open_network", icon="x", when=lambda one: not one.is_asked_for)


@desk.page(
    "closed/",
    title=_("机房网段"),
    tab=_("机房网段"),
    lead=_("这些网段任何清单都写不进去：服务器走堡垒机。登记一人就行，去掉要两个人。"),
)
def closed_networks(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有登记机房网段"), icon="server", action=_("登记第一个"), to="close_network")
    asked = Exists(Reopening.objects.filter(closed=OuterRef("pk"), state=Reopening.State.ASKED))
    return listing(request, ClosedNetworks, lists.closed_networks().annotate(is_asked_for=asked), empty=none)


@closed_networks.form("new/", ClosedNetworkForm, title=_("登记机房网段"), button=_("登记机房网段"), done=_("已登记。"))
def close_network(request: PageRequest, form: ClosedNetworkForm) -> None:
    lists.close_network(by=request.actor, **form.cleaned_data)


@closed_networks.form(
    "<uuid:public_id>/open/",
    ReasonForm,
    title=_("去掉机房网段"),
    lead=_("去掉以后，可达清单和网页入口就能通到那里；另一人同意才去掉。"),
    subject=record(lists.closed_networks(), ClosedNetwork.what),
    about=str,
    submit=_("提出去掉"),
    tone="danger",
    proves=True,
    done=_("已提出，等另一人复核。"),
)
def open_network(request: PageRequest, form: ReasonForm, found: ClosedNetwork) -> HttpResponseRedirect:
    token, reason = token_of(request) or uuid4(), form.cleaned_data["reason"]
    asked = lists.ask_reopening(by=request.actor, token=token, found=found, reason=reason)
    return redirect(reopenings.case.address(public_id=asked.public_id))


class Reopenings(Table):
    network = Link(_("网段"), "closed__network", to="case")
    name = Text(_("是什么"), "closed__name")
    reason = Text(_("理由"))
    author = Who(_("提出"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=Reopening.State.choices, tones={"agreed": "good", "refused": "none"}, tone="warn")


reopenings = reopening_desk.proposals(
    "",
    Reopening,
    Reopenings,
    title=_("去掉机房网段的申请"),
    tab=_("去掉机房网段"),
    lead=_("一人提出、另一人同意，网段才不再是机房的。"),
    agree=lambda _row: _("同意：清单和网页入口可以通到这里"),
    found=Reopening.objects.select_related("closed"),
    on_approve=lambda by, row: lists.agree_reopening(by=by, row=row),
    on_refuse=lambda by, row, answer: lists.refuse_reopening(by=by, row=row, answer=answer),
    empty=Empty(title=_("没有人提出去掉机房网段"), icon="server"),
)


class Installers(Table):
    ordering = ("system", "name")
    name = Text(_("名称"))
    version = Text(_("版本"))
    system = Text(_("系统"), names=dict(Installer.System.choices))
    downloads = Number(_("下载次数"), total=True)
    signature = Text(_("签名"), names=dict(Installer.Signature.choices), is_wide=True)
    sha256 = Text("SHA-256", "file__sha256", is_number=True, is_wide=True)
    action = Press(_("下架"), to="withdraw_installer", icon="x")


@desk.page("installers/", title=_("安装包"), tab=_("安装包"))
def installer_list(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有安装包"), icon="package", action=_("上传第一个"), to="add_installer")
    return listing(request, Installers, queries.installers(), empty=none, export_as="安装包")


@installer_list.form(
    "new/",
    InstallerForm,
    title=_("上传安装包"),
    button=_("上传安装包"),
    submit=_("上传"),
    icon="upload",
    done=_("已上传。"),
    largest_file=InstallerForm.largest + 100_000,
)
def add_installer(request: PageRequest, form: InstallerForm) -> None:
    said = dict(form.cleaned_data)
    content, published = said.pop("file"), said.pop("published")
    installers.add(by=request.actor, content=content, file_name=form.file_name, published=published, facts=said)


@installer_list.action(
    "<uuid:public_id>/withdraw/", subject=record(queries.installers(), Installer.what), done=_("已下架。")
)
def withdraw_installer(request: PageRequest, found: Installer) -> None:
    installers.withdraw(by=request.actor, found=found)


class KeptResources(Table):
    ordering = ("kind", "name")
    name = Link(_("名称"), to="change_resource")
    kind = Text(_("类别"), names=dict(Resource.Kind.choices))
    reach = Text(_("从哪里能到"), names=dict(Resource.Reach.choices))
    health = Badge(_("状态"), names=Resource.Health.choices, tones=queries.HEALTH_TONES, tone="none")
    is_listed = Text(_("VPN 清单"), queries.listed_words, sort=False)
    checked_at = Moment(_("检查于"), is_wide=True)
    unit = Text(_("负责单位"), "unit__name")
    contact = Text(_("联系人"))
    phone = Text(_("电话"), is_number=True)


class KeptFilters(Filters):
    q = FoldedSearch(label=_("名称、单位、拼音"))
    health = Choice(_("状态"), Resource.Health.choices)


@desk.page("resources/", title=_("校内资源"), tab=_("校内资源"))
def kept_resources(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有登记资源"), icon="globe", action=_("登记第一个"), to="add_resource")
    return listing(request, KeptResources, queries.resources(), KeptFilters, empty=none, export_as="校内资源")


def facts_of(form: ResourceForm) -> dict[str, Any]:
    said = dict(form.cleaned_data)
    unit = said.pop("unit")
    return {**said, "unit_id": unit.id}


@kept_resources.form("new/", ResourceForm, title=_("登记资源"), button=_("登记资源"), icon="plus", done=_("已登记。"))
def add_resource(request: PageRequest, form: ResourceForm) -> None:
    keeping.enter(by=request.actor, facts=facts_of(form))


def said_of(_request: PageRequest, found: Resource) -> dict[str, Any]:
    revision = revision_of(found, keeping.CHANGED)
    return {**model_to_dict(found), "unit": f"{found.unit.code} {found.unit.name}", "revision": revision}


@kept_resources.form(
    "<uuid:public_id>/",
    ResourceChangeForm,
    title=_("改资源"),
    subject=record(queries.resources(), Resource.what),
    initial=said_of,
    done=_("已改。"),
)
def change_resource(request: PageRequest, form: ResourceChangeForm, found: Resource) -> None:
    said = facts_of(form)
    keeping.change(by=request.actor, found=found, facts=said, revision=said.pop("revision"))


@change_resource.action("remove/", below=_("从目录去掉"), done=_("已去掉。"), to="kept_resources")
def remove_resource(request: PageRequest, found: Resource) -> None:
    keeping.remove(by=request.actor, found=found)


def taken_words(made: keeping.Taken) -> str:
    counts = {"added": made.added, "changed": made.changed, "same": made.same}
    if made.is_trial:
        return _now("检查过，没有导入：新增 %(added)s，改动 %(changed)s，不变 %(same)s。") % counts
    return _now("已导入：新增 %(added)s，改动 %(changed)s，不变 %(same)s。") % counts


SHEET_FORM: Final[Any] = {"submit": _("导入"), "done": taken_words}


def taken(
    request: PageRequest, form: SheetForm, rows: list[dict[str, Any]], enter: keeping.Enter, action: str
) -> keeping.Taken:
    return keeping.take(by=request.actor, rows=rows, enter=enter, action=action, is_trial=form.cleaned_data["is_trial"])


@sheet_form(
    kept_resources,
    "import/",
    SheetForm,
    sheets.RESOURCES,
    name="校内资源",
    check=sheets.check_resources,
    filled=lambda: map(sheets.resource_line, queries.resources()),
    title=_("导入资源"),
    button=_("导入资源"),
    **SHEET_FORM,
)
def take_resources(request: PageRequest, form: SheetForm, rows: list[dict[str, Any]]) -> keeping.Taken:
    return keeping.take_resources(by=request.actor, rows=rows, is_trial=form.cleaned_data["is_trial"])


class Points(Table):
    name = Link(_("名称"), to="move_point")
    place = Text(_("地点"), "place__name")
    storey = Number(_("楼层"))
    bands = Text(_("频段"), lambda one: "、".join(one.bands), sort=False)
    health = Text(_("状态"), "words", sort="seen_at")


class PointFilters(Filters):
    q = PlaceSearch("name", places=("place__name",), label=_("名称、地点"))
    show = Views({"silent": (_("没有消息"), queries.silent), "unplaced": (_("没放到图上"), Q(longitude=None))})


@desk.page("points/", title=_("无线接入点"), tab=_("无线接入点"))
def points(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有接入点"), icon="router", action=_("导入清单"), to="take_points")
    return listing(
        request,
        Points,
        queries.points(),
        PointFilters,
        each=queries.with_words,
        empty=none,
        export_as="无线接入点",
        template="network_reach/points.html",
        facts={"map": point_map.address(), "late_list": queries.late_list()},
    )


@points.page("map/", title=_("接入点分布图"), lead=_("点一个接入点，就能挪它、取下它。"), opens_whole=True)
def point_map(request: PageRequest) -> HttpResponse:
    shown = queries.on_floor(request.GET.get("floor", ""))
    facts = {
        "areas": shown.areas,
        "floors": shown.floors,
        "floor": shown.floor,
        "is_drawn": any(area.height for area in shown.areas),
        "unplaced": queries.points().filter(longitude=None).count(),
        "list": points.address(),
        "outlines": take_areas.address(),
        "late_list": queries.late_list(),
        "add": hang_point.address() + ("" if shown.floor is None else f"?floor={shown.floor}"),
    }
    return render(request, "network_reach/point_map.html", facts)


def map_of(request: PageRequest) -> Mapping[str, Any]:
    return {"areas": queries.on_floor(request.GET.get("floor", "")).areas}


@points.form(
    "new/",
    PointForm,
    title=_("挂接入点"),
    button=_("挂接入点"),
    icon="plus",
    submit=_("挂上"),
    prefilled=["floor"],
    facts=map_of,
    template="network_reach/point.html",
    opens_whole=True,
    done=_("已挂上。"),
)
def hang_point(request: PageRequest, form: PointForm) -> None:
    hanging.hang(by=request.actor, facts=form.cleaned_data)


def hung_as(_request: PageRequest, found: AccessPoint) -> dict[str, Any]:
    return {**model_to_dict(found), "place": campus.as_typed([found.place])[found.place_id]}


@points.form(
    "<uuid:public_id>/",
    PointForm,
    title=_("改接入点"),
    subject=record(queries.points(), AccessPoint.what),
    about=str,
    initial=hung_as,
    facts=lambda _request, found: {"areas": queries.map_around(found)},
    template="network_reach/point.html",
    opens_whole=True,
    done=_("已改。"),
)
def move_point(request: PageRequest, form: PointForm, found: AccessPoint) -> None:
    hanging.hang(by=request.actor, facts=form.cleaned_data, found=found)


@move_point.action("remove/", below=_("取下这个接入点"), done=_("接入点已取下。"), to="points")
def take_down_point(request: PageRequest, found: AccessPoint) -> None:
    hanging.take_down(by=request.actor, found=found)


@sheet_form(
    points,
    "import/",
    SheetForm,
    sheets.POINTS,
    name="无线接入点",
    check=sheets.check_points,
    title=_("导入接入点"),
    button=_("导入接入点"),
    **SHEET_FORM,
)
def take_points(request: PageRequest, form: SheetForm, rows: list[dict[str, Any]]) -> keeping.Taken:
    return taken(request, form, rows, hanging.enter_points, action="network.take_points")


class Regions(Table):
    network = Text(_("网段"), is_number=True)
    region = Text(_("地方"))


class RegionFilters(Filters):
    q = Search("network", "region", label=_("网段、地方"))


@desk.page(
    "regions/",
    title=_("地址归属"),
    tab=_("地址归属"),
    lead=_("VPN 从没去过的地方登录，会问本人是不是他。写了地址在哪个省，就按省判断；没写的按网段。"),
)
def regions(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有地址归属表"), icon="map-pin", action=_("导入"), to="take_regions")
    rows = AddressRegion.objects.order_by("network")
    return listing(request, Regions, rows, RegionFilters, empty=none, export_as="地址归属")


@sheet_form(
    regions,
    "import/",
    SheetForm,
    sheets.REGIONS,
    name="地址归属",
    check=sheets.check_regions,
    title=_("导入地址归属"),
    button=_("导入地址归属"),
    lead=_("整张表由这一份代替。"),
    **SHEET_FORM,
)
def take_regions(request: PageRequest, form: SheetForm, rows: list[dict[str, Any]]) -> keeping.Taken:
    return regioning.take(by=request.actor, rows=rows, is_trial=form.cleaned_data["is_trial"])


class Areas(Table):
    place = Link(_("楼"), "place__name", to="change_area")
    floor = Number(_("楼层"))
    corners = Number(_("角点"), lambda one: len(one.ring) - 1, sort=False)


@desk.page("areas/", title=_("楼的轮廓"), tab=_("楼的轮廓"), lead=_("覆盖图按这些轮廓画；没有轮廓的楼只在列表里。"))
def areas(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有轮廓"), icon="map", action=_("导入轮廓"), to="take_areas")
    rows = CoveredArea.objects.select_related("place").order_by("place__key", "floor")
    return listing(request, Areas, rows, empty=none, export_as="楼的轮廓")


def drawing(request: PageRequest) -> dict[str, Any]:
    return {"areas": queries.to_draw_on(queries.floor_of(request.GET.get("floor", "")))}


@areas.form(
    "new/",
    OutlineForm,
    title=_("画轮廓"),
    button=_("画轮廓"),
    icon="plus",
    submit=_("保存"),
    prefilled=["floor"],
    facts=drawing,
    template="network_reach/outline.html",
    opens_whole=True,
    done=_("轮廓已画好。"),
)
def draw_area(request: PageRequest, form: OutlineForm) -> None:
    outlining.draw(by=request.actor, facts=ring_in(form))


def ring_in(form: OutlineForm) -> dict[str, Any]:
    said = form.cleaned_data
    return {"place": said["place"], "floor": said["floor"], "ring": said["corners"]}


def drawn_as(_request: PageRequest, found: CoveredArea) -> dict[str, Any]:
    place = campus.as_typed([found.place])[found.place_id]
    revision = revision_of(found, outlining.CHANGED)
    return {"place": place, "floor": found.floor, "corners": rules.as_typed(found.ring), "revision": revision}


@areas.form(
    "<uuid:public_id>/",
    OutlineChangeForm,
    title=_("改轮廓"),
    subject=record(CoveredArea.objects.select_related("place__parent__parent__parent"), CoveredArea.what),
    about=str,
    initial=drawn_as,
    facts=lambda _request, found: {"areas": queries.to_draw_on(found.floor, found)},
    template="network_reach/outline.html",
    opens_whole=True,
    done=_("已改。"),
)
def change_area(request: PageRequest, form: OutlineChangeForm, found: CoveredArea) -> None:
    read = form.cleaned_data["revision"]
    outlining.adjust(by=request.actor, found=found, facts=ring_in(form), revision=read)


@change_area.action("remove/", below=_("去掉这个轮廓"), done=_("轮廓已去掉。"), to="areas")
def remove_area(request: PageRequest, found: CoveredArea) -> None:
    outlining.remove(by=request.actor, found=found)


@sheet_form(
    areas,
    "import/",
    SheetForm,
    sheets.AREAS,
    name="楼的轮廓",
    check=sheets.check_areas,
    title=_("导入轮廓"),
    button=_("导入轮廓"),
    **SHEET_FORM,
)
def take_areas(request: PageRequest, form: SheetForm, rows: list[dict[str, Any]]) -> keeping.Taken:
    return taken(request, form, rows, keeping.enter_areas, action="network.take_areas")
