"""Differences with the other side (对账差异): one clerk says whose the money is, another agrees, or somebody explains it."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.kit import (
    Badge,
    Day,
    Empty,
    Filters,
    Link,
    Moment,
    Money,
    Number,
    PageRequest,
    Table,
    Text,
    Views,
    form_of,
    list_of,
    listing,
)
from nanhu.kernel.kit.forms import RefusalForm
from nanhu.kernel.kit.records import record
from nanhu.kernel.registry import WaitingLine
from nanhu.kernel.ui import dates
from nanhu.platforms.payments import queries
from nanhu.platforms.payments.console import desk
from nanhu.platforms.payments.forms import CreditForm, NoteForm
from nanhu.platforms.payments.models import Difference, Statement
from nanhu.platforms.payments.services import differences as settling
from nanhu.platforms.people import api as people

State = Difference.State
FOUND = Difference.objects.select_related("channel", "settled_by")
FILES_SHOWN = 6
WAITS = "waits"


class Differences(Table):
    ordering = ("-day", "order")
    day = Link(
        _("账期"),
        lambda one: dates.short_day(one.day, campus_today().year),
        to="difference",
        sort="day",
    )
    channel = Text(_("渠道"), "channel__name")
    kind = Text(_("种类"), names=dict(Difference.Kind.choices))
    theirs_fen = Money(_("对方"))
    ours_fen = Money(_("订单"))
    ledger_fen = Money(_("总账"))
    owner = Text(_("负责"))
    state = Badge(
        _("状态"),
        lambda one: WAITS if one.waits else one.state,
        names=[(WAITS, _("等复核")), *State.choices],
        tones={State.OPEN: "bad", WAITS: "warn", State.GONE: "none"},
        tone="good",
        sort="state",
    )


class DifferenceFilters(Filters):
    state = Views(
        {one.value: (one.label, Q(state=one)) for one in State if one != State.OPEN} | {"all": (_("全部"), Q())},
        everything=State.OPEN.label,
        usual=Q(state=State.OPEN),
    )


class Statements(Table):
    day = Day(_("账期"))
    channel = Text(_("渠道"), "channel__name")
    rows = Number(_("笔数"))
    sum_fen = Money(_("金额"))
    balance_fen = Money(_("账户余额"))
    fetched_at = Moment(_("取得时间"))


@desk.page(
    "",
    title=_("对账差异"),
    tab=_("对账差异"),
    count=lambda _viewer: queries.open_differences().count(),
    lead=_("每天 6:20 取前一天银行和银联的对账文件，与学校订单、总账三方核对。"),
)
def differences(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有差异"), icon="check", text=_("对方文件、学校订单、总账三方一致。"))
    newest = Statement.objects.select_related("channel").order_by("-day", "channel")[:FILES_SHOWN]
    files = list_of(request, Statements, list(newest), caption=_("最近取得的对账文件"))
    return listing(
        request,
        Differences,
        Difference.objects.select_related("channel"),
        DifferenceFilters,
        empty=none,
        export_as=str(_("对账差异")),
        per_page=30,
        template="payments/differences.html",
        facts={"files": files},
    )


@differences.page("differences/<uuid:public_id>/", title=_("一条差异"), subject=record(FOUND, _("这条差异")))
def difference(request: PageRequest, found: Difference) -> HttpResponseBase:
    person_id = people.find_person_by_campus_no(found.campus_no) if found.campus_no else None
    facts = {
        "difference": found,
        "person": people.person_card(person_id) if person_id else None,
        "is_mine": found.proposer_id == request.viewer.account_id,
        "may_credit": found.kind in settling.CREDITABLE,
        "credit": form_of(request, CreditForm),
        "refusal": form_of(request, RefusalForm),
        "note": form_of(request, NoteForm),
    }
    return render(request, "payments/difference.html", facts)


@difference.action("propose/", form=CreditForm, done=_("已提交，等另一位经办人复核。"))
def propose(request: PageRequest, form: CreditForm, found: Difference) -> None:
    settling.propose_credit(by=request.actor, difference=found, reason=form.cleaned_data["reason"])


@difference.action("agree/", done=_("已补记给本人。"))
def agree(request: PageRequest, found: Difference) -> None:
    settling.credit_holder(by=request.actor, difference=found)


@difference.action("refuse/", form=RefusalForm, done=_("已退回。"))
def send_back(request: PageRequest, form: RefusalForm, found: Difference) -> None:
    settling.refuse_credit(by=request.actor, difference=found, answer=form.cleaned_data["answer"])


@difference.action("explain/", form=NoteForm, done=_("已说明，这条差异了结。"))
def explain_difference(request: PageRequest, form: NoteForm, found: Difference) -> None:
    settling.explain(by=request.actor, difference=found, reason=form.cleaned_data["note"])


def proposed_by_others(account: Any) -> QuerySet[Difference]:
    rows = queries.open_differences().filter(proposed_at__isnull=False).exclude(proposer_id=account)
    return rows.order_by("proposed_at", "pk")


def line_of(one: Difference) -> WaitingLine:
    return WaitingLine(
        title=f"{one.get_kind_display()} {one.order}",
        url=difference.address(public_id=one.public_id),
        who=one.proposer_name,
        since=one.proposed_at,
        facts=((_("理由"), one.note),),
    )


differences.waits_for("payments.differences", proposed_by_others, line_of)
