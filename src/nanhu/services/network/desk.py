"""The engineer's desk: who is on line by building, who had an address, cutting off, NAS, policies, disconnects, sums."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import (
    Badge,
    Choice,
    Clock,
    Console,
    Empty,
    Filters,
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
from nanhu.kernel.kit.waiting import entered
from nanhu.kernel.revisions import revision_of
from nanhu.kernel.sheets.writing import attachment
from nanhu.platforms.campus.api import PlaceSearch
from nanhu.services.network import policies, printing, queries, sheets
from nanhu.services.network.forms import (
    CutForm,
    HandoverForm,
    NasChangeForm,
    NasForm,
    NasSheetForm,
    PolicyForm,
    TraceForm,
)
from nanhu.services.network.models import Disconnect, Handover, HourSum, Nas, NetworkRole, Policy, Service, Session
from nanhu.services.network.models.sessions import SINCE_LAST_REPORT
from nanhu.services.network.services import accounting, disconnecting, handovers, registering, tracing
from nanhu.services.network.services import policies as policy_services

OPEN: Final = Q(stopped_at=None)
NOBODYS: Final = Q(person=None, guest="")
SILENT: Final = Q(updated_at__lt=Now() - SINCE_LAST_REPORT)
STATES: Final = {"open": _("已连接"), "stale": _("失联"), "closing": _("断网中"), "closed": _("已离线")}
STATE_TONES: Final[Mapping[str, Tone]] = {"open": "good", "stale": "warn", "closing": "info", "closed": "none"}
RED: Final = Q(state="failed") | Q(state="unconfirmed") | Q(state="sent", sent_at__lt=Now() - timedelta(seconds=30))

desk = Console(
    "network:desk",
    _("校园网管理"),
    icon="router",
    owner=_("信息中心"),
    description=_("在线情况、查地址、断网、接入设备和上网策略"),
    roles=policies.ROLES,
    order=62,
)


class SessionFilters(Filters):
    q = PlaceSearch(places=("place__name",), label=_("楼栋"))
    service = Choice(_("服务"), Service.choices)
    show = Views(
        {
            "stale": (_("失联"), OPEN & SILENT),
            "unknown": (_("对不上人"), OPEN & NOBODYS),
            "closing": (_("断网中"), OPEN & Q(closing_at__isnull=False)),
        },
        counts=lambda: Session.objects.filter(OPEN).aggregate(
            stale=Count("pk", filter=SILENT),
            unknown=Count("pk", filter=NOBODYS),
            closing=Count("pk", filter=Q(closing_at__isnull=False)),
        ),
    )


class Sessions(Table):
    """Places and what is there; which device or address stands where, and whose it is, is asked with a reason."""

    station = Text(_("设备"), "device_words", sort=False, is_number=True)
    address = Text(_("地址"), "net_words", sort=False, is_number=True)
    place = Text(_("楼栋"), "place__name")
    nas = Text(_("接入设备"), "nas__name", is_wide=True)
    service = Text(_("服务"), "get_service_display", sort="service")
    since = Moment(_("上线时间"), "started_at")
    last = Moment(_("最近报告"), "updated_at", is_wide=True)
    note = Text(_("对应"), "get_note_display", sort="note", is_wide=True)
    state = Badge(_("状态"), names=STATES, tones=STATE_TONES, sort=False)
    action = Press(_("断开"), to="end_session")


@desk.page(
    "",
    title=_("在线情况"),
    tab=_("在网设备"),
    lead=_("这里没有姓名，MAC 和地址也不全：要知道是谁、哪台设备在哪里，用“查地址”写明原因。"),
)
def online(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有设备在线"), icon="wifi-off", text=_("登记接入设备，并在 FreeRADIUS 里打开会话报告。"))
    rows = Session.objects.filter(OPEN).select_related("nas", "place").order_by("-updated_at")
    here = queries.live(Session.objects.all()).order_by().annotate(building=queries.BUILDING).values_list("building")
    most = dict(here.annotate(count=Count("pk")).order_by("-count", "building")[:8])
    facts = {
        "sums": [(name, most[place]) for place, name in queries.names_of(most).items()],
        "strange": accounting.strange_nas(),
    }
    return listing(
        request,
        Sessions,
        rows,
        SessionFilters,
        empty=none,
        export_as="在网设备",
        template="network/online.html",
        facts=facts,
    )


@online.form(
    "<uuid:public_id>/end/",
    ReasonForm,
    title=_("断开这次上网"),
    subject=record(Session.objects.filter(OPEN), Session.what),
    about=lambda one: f"{one.device_words} {one.net_words} {one.place or ''}",
    lead=_("知道是谁的，用“断开账号”：只断这一次，设备会自己再连上。"),
    tone="danger",
    done=_("已发出断网请求，到“断网请求”看结果。"),
)
def end_session(request: PageRequest, form: ReasonForm, found: Session) -> None:
    disconnecting.disconnect_one(by=request.actor, session=found, reason=form.cleaned_data["reason"])


class Buildings(Table):
    name = Text(_("楼栋"), is_term=True)
    on_line = Number(_("在线台数"))
    points = Number(_("接入设备"))
    silent = Number(_("没有消息"))
    state = Badge(
        _("状态"),
        names={"down": _("整栋没有消息"), "partly": _("部分没有消息"), "empty": _("没有人在线"), "up": _("正常")},
        tones={"down": "bad", "partly": "warn", "empty": "none", "up": "good"},
        sort=False,
    )


@desk.page("buildings/", title=_("各楼在线"), tab=_("各楼"), lead=_("有接入设备或无线接入点的每栋楼，最要紧的在前。"))
def buildings(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有登记在哪栋楼"), icon="building-2", text=_("给接入设备、无线接入点写上位置。"))
    return listing(request, Buildings, queries.buildings(), empty=none)


@desk.lookup(
    "trace/",
    TraceForm,
    title=_("查某时某地址是谁"),
    tab=_("查地址"),
    lead=_("每次查都记入审计，查到的人会在“谁看过我”里看到。记录保存半年。"),
    submit=_("查"),
    icon="search",
    template="network/trace.html",
    keeps=["at"],
)
def trace(request: PageRequest, form: TraceForm) -> list[tracing.Trace]:
    return tracing.trace(by=request.actor, **form.cleaned_data)


@online.form(
    "cut/",
    CutForm,
    title=_("断开一个账号"),
    tab=_("断开账号"),
    button=_("断开一个账号"),
    icon="unplug",
    lead=_("他的所有设备马上断网。账号被盗时，先停用账号，再断网：不停用，设备会自己再连上。"),
    submit=_("断开"),
    tone="danger",
    done=lambda count: str(_("已发出 %(n)s 条断网请求，到“断网请求”看结果。") % {"n": count}),
    to="outbox",
)
def cut(request: PageRequest, form: CutForm) -> int:
    return disconnecting.disconnect_by_engineer(
        by=request.actor, person_id=form.cleaned_data["person"], reason=form.cleaned_data["reason"]
    )


class Outbox(Table):
    place = Text(_("楼栋"), "session__place__name")
    station = Text(_("设备"), "session__device_words", sort=False, is_number=True)
    nas = Text(_("接入设备"), "nas__name")
    cause = Text(_("原因"), names=queries.CAUSES)
    state = Badge(
        _("状态"),
        names=Disconnect.State.choices,
        tones={"confirmed": "good", "failed": "bad", "unconfirmed": "bad", "sent": "info"},
    )
    attempts = Number(_("次数"))
    error = Text(_("设备怎么说"), "shown_error", sort="error", is_wide=True)
    made = Moment(_("提出"), "created_at")
    action = Press(_("再试"), to="retry", icon="rotate-cw", when=lambda row: row.state == Disconnect.State.FAILED)


class OutboxFilters(Filters):
    show = Views(
        {"red": (_("没断开的"), RED), "done": (_("已断开"), Q(state="confirmed"))},
        counts=lambda: {"red": Disconnect.objects.filter(RED).count()},
    )


red_count = entered("network.red", lambda: Disconnect.objects.filter(RED))


@desk.page(
    "outbox/",
    title=_("断网请求"),
    tab=_("断网请求"),
    count=red_count,
    waits=True,
    lead=_("设备应答不算数：会话真的结束了才算断开。30 秒没有结束显示为红，再试 5 次。"),
)
def outbox(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有断网请求"), icon="unplug", text=_("停用账号、改密码、踢下线时，会在这里看到结果。"))
    rows = Disconnect.objects.select_related("session__place", "nas").order_by("-created_at")
    return listing(request, Outbox, rows, OutboxFilters, empty=none)


@outbox.action(
    "<uuid:public_id>/retry/", subject=record(Disconnect.objects.all(), Disconnect.what), done=_("已重新发送。")
)
def retry(request: PageRequest, found: Disconnect) -> None:
    disconnecting.retry(by=request.actor, row=found)


class Policies(Table):
    role = Text(_("对象"), "get_role_display", sort="role")
    service = Text(_("服务"), "get_service_display", sort="service")
    devices = Number(_("同时在线设备"))
    session = Text(_("一次上线"), queries.session_words, sort="session_seconds")
    idle = Text(_("闲置断开"), queries.idle_words, sort="idle_seconds", is_wide=True)
    vlan = Text("VLAN", is_wide=True)
    hours = Text(_("开放"), queries.hours_words, sort=False, is_wide=True)
    days = Span(_("有效期"))
    reason = Text(_("依据"), is_wide=True)
    action = Press(_("撤销"), to="end_policy", when=lambda row: not row.is_over)


class PolicyFilters(Filters):
    role = Choice(_("对象"), NetworkRole.choices)
    service = Choice(_("服务"), Service.choices)


@desk.page("policies/", title=_("上网策略"), tab=_("策略"), lead=_("同一对象、同一服务，一天只有一条策略。"))
def policy_list(request: PageRequest) -> HttpResponseBase:
    none = Empty(
        title=_("还没有策略"),
        icon="list-checks",
        text=_("没有策略时，谁能登录就能上网，不限台数。"),
        action=_("录入第一条"),
        to="new_policy",
    )
    rows = Policy.objects.filter(withdrawn_at=None).order_by("role", "service", "starts_on")
    return listing(request, Policies, rows, PolicyFilters, empty=none, export_as="上网策略")


def effect(_request: PageRequest, form: PolicyForm) -> policy_services.Effect:
    return policy_services.effect_of(form.policy())


@policy_list.form(
    "new/",
    PolicyForm,
    title=_("录入策略"),
    button=_("录入策略"),
    icon="plus",
    lead=_("先看谁多了、谁少了，再生效。"),
    submit=_("看看影响"),
    preview=effect,
    template="network/policy.html",
    done=_("策略已录入。"),
)
def new_policy(request: PageRequest, form: PolicyForm) -> Policy:
    return policy_services.enter(by=request.actor, reason=form.cleaned_data["reason"], facts=form.facts())


@policy_list.form(
    "<uuid:public_id>/end/",
    ReasonForm,
    title=_("撤销策略"),
    lead=_("撤销后，这类人用这项服务不限台数、不限时间；要关闭，请录入 0 台的策略。"),
    subject=record(Policy.objects.filter(withdrawn_at=None), _("这条策略")),
    about=lambda one: f"{one.get_role_display()} {one.get_service_display()}",
    tone="danger",
    done=_("策略已撤销。"),
)
def end_policy(request: PageRequest, form: ReasonForm, found: Policy) -> None:
    policy_services.end(by=request.actor, policy=found, reason=form.cleaned_data["reason"])


LIVING_NAS: Final[QuerySet[Nas]] = Nas.objects.filter(withdrawn_at=None).select_related("place")


class NasTable(Table):
    name = Link(_("名称"), to="change_nas")
    kind = Text(_("类型"), "get_kind_display", sort="kind")
    address = Text(_("IP 地址"), is_number=True)
    applications = Text(_("应用"), "application_names", sort=False)
    place = Text(_("安装位置"), "place__name")
    style = Text(_("断网方式"), queries.style_of, sort="style", is_wide=True)
    online = Number(_("在网设备"), "open_sessions")
    heard = Moment(_("最近报告"), "last_heard_at")


class NasFilters(Filters):
    q = Search("name", "identifier", "address", label=_("名称、IP 地址"))
    kind = Choice(_("类型"), Nas.Kind.choices)


@desk.page("nas/", title=_("接入设备"), tab=_("接入设备"))
def nas_list(request: PageRequest) -> HttpResponseBase:
    none = Empty(
        title=_("还没有登记接入设备"),
        icon="router",
        text=_("没有登记的设备报告的会话只计数，不留。"),
        action=_("登记第一台"),
        to="new_nas",
    )
    rows = queries.with_open_sessions(LIVING_NAS)
    each = queries.with_application_names
    return listing(request, NasTable, rows, NasFilters, each=each, empty=none, export_as="接入设备")


@nas_list.form(
    "new/",
    NasForm,
    title=_("登记接入设备"),
    button=_("登记接入设备"),
    icon="plus",
    lead=_("断网请求只发往登记的地址。"),
    repeated=_("已登记过，没有再登记一次。没看到系统生成的密钥的，打开这台设备填一个新的。"),
)
def new_nas(request: PageRequest, form: NasForm) -> HttpResponse | Nas:
    nas, secret = registering.register(by=request.actor, facts=form.cleaned_data)
    return render(request, "network/secret.html", {"nas": nas, "secret": secret, "back": nas_list.address()})


def said_of(_request: PageRequest, nas: Nas) -> dict[str, Any]:
    given = {name: getattr(nas, name) for name in registering.CHANGED}
    revision = revision_of(nas, registering.CHANGED)
    return given | {"place": nas.place.key if nas.place else "", "revision": revision}


@nas_list.form(
    "<uuid:public_id>/",
    NasChangeForm,
    title=_("改接入设备"),
    subject=record(LIVING_NAS, Nas.what),
    about=lambda one: one.name,
    initial=said_of,
    done=_("已改。"),
)
def change_nas(request: PageRequest, form: NasChangeForm, found: Nas) -> None:
    said = form.cleaned_data
    registering.change(by=request.actor, nas=found, facts=said, revision=said.pop("revision"))


@change_nas.form(
    "withdraw/",
    ReasonForm,
    title=_("撤下接入设备"),
    below=_("撤下这台设备"),
    tone="danger",
    done=_("设备已撤下。"),
    to="nas_list",
)
def withdraw_nas(request: PageRequest, form: ReasonForm, found: Nas) -> None:
    registering.withdraw(by=request.actor, nas=found, reason=form.cleaned_data["reason"])


@sheet_form(
    nas_list,
    "sheet/",
    NasSheetForm,
    sheets.NAS_SHEET,
    name="接入设备",
    check=sheets.check,
    title=_("成批登记"),
    button=_("成批登记"),
    icon="sheet",
    done=lambda made: str(_("新登记 %(new)s 台，修改 %(changed)s 台。") % {"new": made[0], "changed": made[1]}),
)
def nas_sheet(request: PageRequest, _form: NasSheetForm, rows: list[dict[str, Any]]) -> tuple[int, int]:
    return sheets.take(by=request.actor, rows=rows)


class Sums(Table):
    hour = Clock(_("时间"))
    place = Text(_("楼栋"), "place__name")
    service = Text(_("服务"), "get_service_display", sort="service")
    people = Number(_("上网人数"))
    devices = Number(_("设备"))
    sessions = Number(_("会话数"), is_wide=True)
    unknown = Number(_("对不上人"), is_wide=True)
    late_at = Moment(_("补报后更正"))


class SumFilters(Filters):
    q = PlaceSearch(places=("place__name",), label=_("楼栋"))
    service = Choice(_("服务"), Service.choices)


@desk.page(
    "sums/",
    title=_("按楼栋和小时"),
    tab=_("统计"),
    lead=_("只有数，没有人；每小时算一次，迟到的报告补进它所属的小时，并写明什么时候更正的。"),
)
def sums(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有统计"), icon="chart-column", text=_("有设备上网以后，每过一小时，这里多一批数。"))
    rows = HourSum.objects.select_related("place").order_by("-hour", "place__name")
    facts = queries.plotted(SumFilters(request.GET, request.viewer).narrow(HourSum.objects.all()))
    template = "network/sums.html"
    return listing(request, Sums, rows, SumFilters, empty=none, export_as="上网统计", template=template, facts=facts)


class Handovers(Table):
    document = Link(_("法律文书号"), to="case")
    authority = Text(_("哪个机关"))
    sought = Text(_("IP 地址或 MAC"), is_number=True)
    since = Moment(_("记录从"))
    until = Moment(_("记录到"))
    author = Who(_("提出"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    lines = Number(_("行数"))
    digest = Text(_("文件的 SHA-256"), is_number=True, is_wide=True)
    state = Badge(_("状态"), names=Handover.State.choices, tones={"made": "good", "refused": "none"}, tone="warn")


cases = desk.proposals(
    "handovers/",
    Handover,
    Handovers,
    title=_("移交上网记录"),
    tab=_("移交记录"),
    lead=_("凭法律文书，一人提出、另一人同意；文件只有这两个人能下载，保存三十天。每一步都记入审计。"),
    roles=(policies.ENGINEER,),
    template="network/handover.html",
    on_approve=lambda by, row: handovers.approve(by=by, row=row),
    on_refuse=lambda by, row, answer: handovers.refuse(by=by, row=row, answer=answer),
    empty=Empty(title=_("没有移交过"), icon="file-lock"),
)


@cases.list.form(
    "new/",
    HandoverForm,
    title=_("提出移交"),
    button=_("提出移交"),
    submit=_("交另一人复核"),
    icon="file-lock",
    done=_("已提出，等另一人复核。"),
    to="case",
)
def new_handover(request: PageRequest, form: HandoverForm) -> Handover:
    return handovers.ask(by=request.actor, token=token_of(request) or uuid4(), facts=form.cleaned_data)


@cases.case.download("log.csv", pressed=True)
def handover_file(request: PageRequest, found: Handover) -> HttpResponseBase:
    answer = HttpResponse(handovers.fetch(by=request.actor, row=found), content_type="text/csv; charset=utf-8")
    return attachment(answer, f"上网记录-{found.digest[:12]}.csv")


@cases.case.action("sheet/")
def print_handover(request: PageRequest, found: Handover) -> HttpResponseBase:
    document = printing.print_sheet(by=request.actor, person_id=request.viewer.person_id, row=found)
    return redirect("files:download", document.file.public_id)
