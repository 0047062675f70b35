"""The office's desk of counts (资产盘点): plan, watch, second round, result; labels; what strangers found."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import (
    Badge,
    Choice,
    Console,
    Empty,
    Filters,
    Link,
    Markup,
    Moment,
    Money,
    Number,
    PageRequest,
    Person,
    Search,
    Span,
    Table,
    Text,
    Views,
    Who,
    form_of,
    list_of,
    listing,
)
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import record
from nanhu.kernel.kit.waiting import entered
from nanhu.kernel.sheets.writing import attachment
from nanhu.systems.assets.counting import found as finding
from nanhu.systems.assets.counting import printing, queries
from nanhu.systems.assets.counting.forms import LabelForm, PlanForm, ResultForm, TagListForm, TeamForm
from nanhu.systems.assets.counting.models import CountResult, CountRow, FoundReport, StockTake
from nanhu.systems.assets.counting.services import concluding, labelling, planning, tags
from nanhu.systems.assets.counting.services.tags import Read
from nanhu.systems.assets.models import Asset
from nanhu.systems.assets.policies import OFFICE, supplier
from nanhu.systems.assets.views.office import desk as office
from nanhu.systems.assets.views.papers import print_out

State = StockTake.State
TONES: dict[str, Tone] = {State.OPEN: "info", State.COUNTED: "warn", State.CLOSED: "good", State.DROPPED: "none"}
VERDICT_TONES: dict[str, Tone] = {"match": "good", "not_seen": "bad", "unknown": "bad", "seen_twice": "none"}
PROVEN = {True: _("已证实"), False: _("未证实")}
desk = Console(
    "assets:counts",
    _("盘点与标签"),
    icon="clipboard-check",
    owner=_("国资处"),
    description=_("安排盘点、看进度和差异、两人复核后入账；打印资产标签"),
    roles=[office.roles[OFFICE]],
    order=48,
    supplier=supplier,
)


class Takes(Table):
    title = Link(_("名称"), to="take")
    unit = Text(_("单位"), "unit__name")
    days = Span(_("期限"))
    round = Number(_("轮次"))
    author = Who(_("制定人"), "author_name", at="created_at", account="author_id")
    state = Badge(_("状态"), names=State.choices, tones=TONES)


class TakeFilters(Filters):
    q = Search("title")
    state = Choice(_("状态"), State.choices)


class Rooms(Table):
    name = Text(_("房间"))
    booked = Number(_("应盘"))
    found = Number(_("在原处"))
    moved_in = Number(_("从别处来"))
    moved_out = Number(_("到了别处"))
    open = Number(_("未见到"))


class Verdicts(Table):
    number = Text(_("资产编号"), is_number=True)
    name = Text(_("名称"))
    verdict = Badge(_("结论"), names=queries.VERDICTS, tones=VERDICT_TONES, tone="warn")
    is_proven = Badge(_("是否证实"), names=PROVEN, tones={True: "good"}, tone="none")
    booked = Text(_("账上地点"))
    seen = Text(_("见到的地点"))
    seen_at = Moment(_("见到的时间"))
    method = Badge(_("怎么见到的"), names=CountRow.Method.choices, tone="none")
    photo = Markup(_("照片"), "assets_counting/_photo.html", is_wide=True)
    counter_id = Person(_("盘点人"), is_wide=True)
    value_fen = Money(_("账面原值"), is_wide=True)


@desk.page("", title=_("资产盘点"), tab=_("盘点"))
def takes(request: PageRequest) -> HttpResponseBase:
    none = Empty(
        title=_("还没有盘点"),
        icon="clipboard-check",
        action=_("安排第一次"),
        to="plan",
        text=_("定下盘哪里、谁来盘。小组用手机扫门上的房间码和资产标签，没有网络也能盘。"),
    )
    rows = StockTake.objects.select_related("unit").order_by("-created_at")
    return listing(request, Takes, rows, TakeFilters, empty=none, export_as="资产盘点")


@desk.form(
    "new/",
    PlanForm,
    title=_("安排盘点"),
    button=_("安排盘点"),
    icon="plus",
    done=_("已安排。再排好谁来盘，就可以开始。"),
    to="take",
)
def plan(request: PageRequest, form: PlanForm) -> StockTake:
    said = form.cleaned_data
    places = [one for one in (said["place"], said["another_place"]) if one is not None]
    unit = said["unit"]
    return planning.plan(
        by=request.actor,
        title=said["title"],
        starts_on=said["starts_on"],
        ends_on=said["ends_on"],
        unit_id=queries.unit_id(unit.code) if unit else None,
        places=places,
    )


@takes.page(
    "<uuid:public_id>/", title=_("盘点情况"), subject=record(StockTake.objects.select_related("unit"), StockTake.what)
)
def take(request: PageRequest, found: StockTake) -> HttpResponseBase:
    rooms = queries.rooms_of(found)
    facts: dict[str, Any] = {
        "take": found,
        "figures": queries.figures_of(found),
        "rooms": list_of(request, Rooms, rooms, per_page=100, caption=_("各房间")),
        "teams": found.teams.select_related("place").prefetch_related("members"),
        "drop_form": form_of(request, ReasonForm),
        "addresses": {
            name: page.address(public_id=found.public_id) for name, page in desk.pages.items() if page.parent is take
        },
        "result": found.results.order_by("-created_at").first(),
    }
    return render(request, "assets_counting/take.html", facts)


@take.form("team/", TeamForm, title=_("安排小组"), done=_("小组已排好。"))
def team(request: PageRequest, form: TeamForm, found: StockTake) -> None:
    planning.set_team(by=request.actor, take=found, **form.cleaned_data)


def looked_over(_request: PageRequest, form: TagListForm, found: StockTake) -> Read:
    return tags.read_list(found, form.cleaned_data["codes"])


@take.form(
    "tags/",
    TagListForm,
    title=_("记入 RFID 清单"),
    lead=_(
        "手持读写器在一间房里读到的。算见到，不算证实：没有扫过门上的房间码。记入的人也算参加了盘点，不能复核结果。"
    ),
    submit=_("先看看认得哪些"),
    preview=looked_over,
    template="assets_counting/tags.html",
    done=lambda count: str(_("新记下 %(count)s 件。") % {"count": count}),
    largest_file=TagListForm.largest + 500_000,
)
def take_tags(request: PageRequest, form: TagListForm, found: StockTake) -> int:
    said = form.cleaned_data
    person_id = request.viewer.person_id or 0
    return tags.take_list(by=request.actor, person_id=person_id, take=found, room=said["room"].key, codes=said["codes"])


@take.action("open/", done=_("已开始。名单按现在的台账写定，小组可以用手机盘了。"))
def open_take(request: PageRequest, found: StockTake) -> None:
    planning.open_take(by=request.actor, take=found)


@take.action("recount/", done=_("已开始复盘，手机上只列出还没见到和没有证实的。"))
def recount(request: PageRequest, found: StockTake) -> None:
    planning.begin_next_round(by=request.actor, take=found)


@take.action("drop/", form=ReasonForm, done=_("已取消。"))
def drop(request: PageRequest, form: ReasonForm, found: StockTake) -> None:
    planning.drop(by=request.actor, take=found, reason=form.cleaned_data["reason"])


@take.form(
    "result/",
    ResultForm,
    title=_("提交盘点结果"),
    lead=_(
        "盘点到此结束。另一位经办人同意后，已证实的新地点和见到的时间写入台账；未见到的列成盘亏清单，查无此号的列成盘盈清单。"
    ),
    done=_("已提交，等另一位经办人复核。"),
    proves=True,
)
def result(request: PageRequest, form: ResultForm, found: StockTake) -> None:
    concluding.ask(by=request.actor, take=found, note=form.cleaned_data["note"])


@take.action("print/", writes_supplied=False)
def print_count(request: PageRequest, found: StockTake) -> HttpResponseBase:
    return print_out(request, printing.COUNT, printing.count_facts, found)


@take.action("print-gaps/", writes_supplied=False)
def print_gaps(request: PageRequest, found: StockTake) -> HttpResponseBase:
    return print_out(request, printing.GAPS, printing.gap_facts, found)


@take.page("verdicts/", title=_("逐件结论"))
def verdicts(request: PageRequest, found: StockTake) -> HttpResponseBase:
    show = request.GET.get("show", "")
    rows = queries.verdicts_of(found, verdict=show if show in queries.VERDICTS else "", only_said=show == "unproven")
    views = [("", _("全部")), *queries.VERDICTS.items(), ("unproven", _("未证实"))]
    none = Empty(title=_("没有这样的资产"), icon="clipboard-check")
    return listing(
        request,
        Verdicts,
        rows,
        empty=none,
        export_as=f"{found.title}-{dict(views).get(show, '')}",
        template="assets_counting/verdicts.html",
        facts={"views": views, "show": show},
    )


@take.download("room-codes.pdf")
def room_codes(request: PageRequest, found: StockTake) -> HttpResponseBase:
    """A label for each door: without it nobody's count of that room is proven."""
    return pdf(labelling.room_codes(by=request.actor, take=found), "房间码")


class Results(Table):
    take = Link(_("盘点"), "take__title", to="case")
    booked = Number(_("应盘"), lambda one: one.figures["booked"])
    match = Number(_("在原处"), lambda one: one.figures["match"])
    moved = Number(_("在别处"), lambda one: one.figures["moved"])
    other_keeper = Number(_("领用人不符"), lambda one: one.figures["other_keeper"])
    gone = Number(_("已处置仍在"), lambda one: one.figures.get("gone", 0))
    unplaced = Number(_("见到，未说地点"), lambda one: one.figures.get("unplaced", 0), is_wide=True)
    not_seen = Number(_("盘亏（未见到）"), lambda one: one.figures["not_seen"])
    unknown = Number(_("盘盈（查无此号）"), lambda one: one.figures["unknown"])
    seen_twice = Number(_("已扫过"), lambda one: one.figures["seen_twice"], is_wide=True)
    unproven = Number(_("未证实"), lambda one: one.figures["unproven"])
    note = Text(_("说明"), is_wide=True)
    author = Who(_("制单"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=CountResult.State.choices, tones={"applied": "good", "refused": "none"}, tone="warn")


def verdicts_link(_request: PageRequest, one: CountResult) -> dict[str, Any]:
    return {"verdicts": desk.address("verdicts", {"public_id": one.take.public_id})}


results = desk.proposals(
    "results/",
    CountResult,
    Results,
    title=_("盘点结果"),
    tab=_("结果复核"),
    found=CountResult.objects.select_related("take"),
    on_approve=lambda by, one: concluding.approve(by=by, result=one),
    on_refuse=lambda by, one, answer: concluding.refuse(by=by, result=one, answer=answer),
    agree=lambda one: _("同意，把 %(count)s 件的新地点写入台账") % {"count": one.figures["moved"]},
    template="assets_counting/result.html",
    facts=verdicts_link,
    empty=Empty(
        title=_("还没有盘点结果"), icon="clipboard-check", text=_("盘完后在盘点情况里提交，由另一位经办人复核。")
    ),
)


@desk.page(
    "labels/",
    title=_("打印标签"),
    tab=_("标签"),
    lead=_("每件资产一张：二维码、编号、名称、单位。房间码在每次盘点的页面上打印。"),
)
def labels(request: PageRequest) -> HttpResponseBase:
    form = LabelForm(request.GET if "numbers" in request.GET else None)
    missing: Sequence[str] = ()
    if form.is_valid():
        said = form.cleaned_data
        numbers = said.pop("numbers")
        things = list(queries.things_with(numbers))
        missing = sorted(set(numbers) - {one.number for one in things})
        if not missing:
            return printed(request, things, said)
    return render(request, "assets_counting/labels.html", {"form": form, "missing": missing})


def printed(request: PageRequest, things: Sequence[Asset], said: dict[str, Any]) -> HttpResponseBase:
    content = labelling.labels_of(by=request.actor, things=things, **said)
    if said["kind"] == "zpl":
        return attachment(HttpResponse(content, content_type="text/plain; charset=utf-8"), "资产标签.zpl")
    return pdf(content, "资产标签")


def pdf(content: bytes, name: str) -> HttpResponseBase:
    return attachment(HttpResponse(content, content_type="application/pdf"), f"{name}.pdf")


class Reports(Table):
    number = Text(_("标签上的编号"), is_number=True)
    words = Text(_("地点和情况"))
    contact = Text(_("联系方式"))
    created_at = Moment(_("时间"))
    settled = Who(_("处理人"), "settled_by_name", at="settled_at")
    action = Markup(_("操作"), "assets_counting/_report.html")


class ReportFilters(Filters):
    q = Search("number", "words")
    show = Views({"waiting": (_("待处理"), Q(settled_at=None)), "settled": (_("已处理"), Q(settled_at__isnull=False))})


@desk.page(
    "found/",
    title=_("拾到的资产"),
    tab=_("拾到"),
    lead=_("扫到标签的人留下的话。编号可能是随手写的，先查台账。"),
    count=entered("assets.found_reports", lambda: FoundReport.objects.filter(settled_at=None)),
    waits=True,
)
def reports(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有人留言"), icon="inbox", text=_("谁扫了资产标签，都能在那一页告诉国资处东西在哪里。"))
    return listing(request, Reports, FoundReport.objects.order_by("-created_at"), ReportFilters, empty=none)


@reports.action(
    "<uuid:public_id>/settle/", subject=record(FoundReport.objects.all(), _("这条留言")), done=_("已处理。")
)
def settle(request: PageRequest, report: FoundReport) -> None:
    finding.settle(by=request.actor, report=report)
