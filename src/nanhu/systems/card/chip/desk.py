"""The desk of suspense (待查交易): rows that await an answer, one by one or many alike, which two people decide."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
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
    Table,
    Text,
    Views,
    Who,
    form_of,
    list_of,
    listing,
)
from nanhu.kernel.kit.listings import Listing
from nanhu.kernel.kit.records import record
from nanhu.kernel.registry import WaitingLine
from nanhu.platforms.people import api as people
from nanhu.systems.card.chip.forms import AnswerForm, BatchForm, DecisionForm, ProposalForm, TakeBackForm
from nanhu.systems.card.chip.models import SuspenseBatch, SuspenseCase
from nanhu.systems.card.chip.services import suspense_batches, suspense_posting
from nanhu.systems.card.chip.services.suspense import close_case, take_case
from nanhu.systems.card.policies import CLERK_ROLE

GROUPS_SHOWN = 20
REASONS = dict(SuspenseCase.Reason.choices)
State = SuspenseCase.State

desk = Console(
    "card:chip",
    _("待查交易"),
    icon="search-check",
    owner=_("校园卡管理办公室"),
    description=_("终端上传后不能直接入账的交易，等人核查"),
    roles=[CLERK_ROLE],
    order=43,
    styles=["card/card.css"],
)


class Suspense(Table):
    sequence = Link(_("流水号"), to="row", by=("pk",), is_number=True)
    created_at = Moment(_("收到"))
    reason = Text(_("原因"), names=REASONS)
    holder = Person(_("持卡人"), "card__person_id", sort=False)
    terminal = Text(_("终端"), "terminal__number", is_number=True)
    amount_fen = Money(_("金额"))
    owner = Text(_("负责"), "owner_name")


class Groups(Table):
    terminal = Text(_("终端"), lambda one: f"{one['terminal__number']} {one['terminal__place']}")
    reason = Markup(_("原因"), "card/chip/_group.html")
    count = Number(_("笔数"))
    fen = Money(_("金额"))
    oldest = Moment(_("最早"))


class OfTerminal(Search):
    def condition(self, given: Mapping[str, Any]) -> Q | None:
        return Q(terminal__number=given[""].upper()) if given[""] else None


class SuspenseFilters(Filters):
    terminal = OfTerminal(label=_("终端"))
    reason = Choice(_("原因"), REASONS.items())
    state = Views(
        {State.CLOSED.value: (State.CLOSED.label, Q(state=State.CLOSED))},
        everything=State.OPEN.label,
        usual=Q(state=State.OPEN),
    )


def open_cases() -> QuerySet[SuspenseCase]:
    return SuspenseCase.objects.filter(state=State.OPEN)


@desk.page(
    "",
    title=_("待查交易"),
    tab=_("待查"),
    count=lambda _viewer: open_cases().count(),
    lead=_(
        "终端上传后不能直接入账的交易：超过脱机限额、时间太早、缺芯片证明、验证码不符、计数重复，或没有对应的联机消费；"
        "还有芯片计数与记录不符的领款。"
        "没有扣任何人的钱，也没有丢，等人核查。"
    ),
)
def suspense(request: PageRequest) -> HttpResponseBase:
    """A terminal and a reason together are a group, which can be answered as a whole."""
    filters = SuspenseFilters(request.GET)
    is_closed = filters.given(SuspenseFilters.state)[""] == State.CLOSED
    groups = [] if is_closed else grouped(filters.narrow(open_cases()))
    is_one = len(groups) == 1 and all(
        filters.given(one)[""] for one in (SuspenseFilters.terminal, SuspenseFilters.reason)
    )
    facts = {
        "groups": list_of(request, Groups, groups, caption=_("按终端和原因")) if groups else None,
        "most": suspense_batches.MOST,
        "form": form_of(request, BatchForm, initial=group_of(groups[0])) if is_one else None,
    }
    none = Empty(
        title=_("没有交易"),
        icon="search-check",
        text=_("终端上传后不能直接入账的交易会留在这里；现在没有要核查的。"),
    )
    newest = SuspenseCase.objects.select_related("card", "terminal").order_by("-created_at", "-pk")
    return listing(request, Suspense, newest, SuspenseFilters, empty=none, template="card/chip/cases.html", facts=facts)


def grouped(rows: QuerySet[SuspenseCase]) -> list[dict[str, Any]]:
    """By terminal and reason, the largest first."""
    groups = rows.order_by().values("terminal_id", "terminal__number", "terminal__place", "reason")
    counted = groups.annotate(count=Count("pk"), fen=Sum("amount_fen"), oldest=Min("created_at"), upto=Max("pk"))
    largest = counted.order_by("-count", "terminal__number")[:GROUPS_SHOWN]
    return [{**one, "says": REASONS[one["reason"]]} for one in largest]


def group_of(one: Mapping[str, Any]) -> dict[str, Any]:
    return {"terminal": one["terminal_id"], "reason": one["reason"], "upto": one["upto"]}


@suspense.action("propose/", form=BatchForm, to="case", done=_("已提出，等另一位经办人决定。"))
def propose_batch(request: PageRequest, form: BatchForm) -> SuspenseBatch:
    said = form.cleaned_data
    group = suspense_batches.Group(terminal_id=said["terminal"], reason=said["reason"], upto=said["upto"])
    return suspense_batches.propose_batch(
        by=request.actor, group=group, deed=said["deed"], why=said["proposal"], token=said["token"]
    )


CASES = SuspenseCase.objects.select_related("card", "terminal__till__merchant", "batch")


@suspense.page("cases/<int:pk>/", title=_("一笔待查交易"), subject=record(CASES, _("这一笔待查")))
def row(request: PageRequest, found: SuspenseCase) -> HttpResponse:
    facts = {
        "case": found,
        "person": people.person_card(found.card.person_id) if found.card else None,
        "member": found.row.get("chip") or {},
        "form": form_of(request, AnswerForm),
        "proposal_form": form_of(request, ProposalForm),
        "decision_form": form_of(request, DecisionForm),
        "is_postable": suspense_posting.is_postable(found),
        "is_own": found.proposer_id is not None and found.proposer_id == request.viewer.account_id,
    }
    return render(request, "card/chip/case.html", facts)


@row.action("take/", done=_("现在由您负责。"))
def take(request: PageRequest, found: SuspenseCase) -> None:
    take_case(by=request.actor, case_id=found.pk)


@row.action("close/", form=AnswerForm, done=_("已结案。"))
def close(request: PageRequest, form: AnswerForm, found: SuspenseCase) -> None:
    close_case(by=request.actor, case_id=found.pk, answer=form.cleaned_data["answer"])


@row.action("propose/", form=ProposalForm, done=_("已提出，等另一位经办人决定。"))
def propose(request: PageRequest, form: ProposalForm, found: SuspenseCase) -> None:
    suspense_posting.propose(by=request.actor, case_id=found.pk, reason=form.cleaned_data["proposal"])


@row.action("decide/", form=DecisionForm, done=_("已决定。"))
def decide(request: PageRequest, form: DecisionForm, found: SuspenseCase) -> None:
    """`proposer` says whose proposal the page showed: a newer one is not decided unseen."""
    said = form.cleaned_data
    work = suspense_posting.approve if said["decision"] == "post" else suspense_posting.refuse
    work(by=request.actor, case_id=found.pk, proposer_id=said["proposer"], answer=said["answer"])


def proposed_by_others(account: Any) -> QuerySet[SuspenseCase]:
    rows = open_cases().filter(batch=None, proposer__isnull=False).exclude(proposer_id=account)
    return rows.order_by("created_at", "pk")


def line_of(one: SuspenseCase) -> WaitingLine:
    return WaitingLine(
        title=f"{REASONS[one.reason]} {one.sequence}",
        url=row.address(pk=one.pk),
        who=one.proposer_name,
        since=one.created_at,
        facts=((_("理由"), one.proposal),),
    )


suspense.waits_for("card.suspense_proposed", proposed_by_others, line_of)


class Batches(Table):
    what = Link(_("怎么办理"), "get_deed_display", to="case")
    terminal = Text(_("终端"), "terminal__number", is_number=True)
    reason = Text(_("原因"), names=REASONS)
    count = Number(_("笔数"))
    fen = Money(_("金额"))
    proposal = Text(_("理由"))
    author = Who(_("提议人"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=SuspenseBatch.State.choices, tones={"asked": "warn", "done": "good"}, tone="none")


def rows_of(request: PageRequest, found: SuspenseBatch) -> Listing:
    rows = found.cases.select_related("card", "terminal").order_by("pk")
    return list_of(request, Suspense, rows, caption=_("这一批里的交易"))


batches = desk.proposals(
    "batches/",
    SuspenseBatch,
    Batches,
    on_approve=lambda by, found: suspense_batches.approve_batch(by=by, batch=found),
    on_refuse=lambda by, found, answer: suspense_batches.refuse_batch(by=by, batch=found, answer=answer),
    title=_("整批办理"),
    tab=_("整批办理"),
    lead=_("一人提出，另一人决定；一批里要么全部办理，要么都不动。"),
    empty=Empty(title=_("没有批次"), icon="layers", text=_("在待查里选一台终端的一种原因，就能提出整批办理。")),
    found=SuspenseBatch.objects.select_related("terminal"),
    template="card/chip/batch.html",
    rows=rows_of,
    agree=lambda _found: _("同意整批办理"),
    done={"approve": _("已整批办理。")},
)


@batches.case.form(
    "discard/",
    TakeBackForm,
    title=_("撤回整批办理"),
    submit=_("撤回"),
    icon="undo-2",
    done=_("已撤回，这些交易可以再逐笔办理。"),
)
def take_back(request: PageRequest, form: TakeBackForm, found: SuspenseBatch) -> None:
    """On a page of its own: that of the batch renews itself, and would take away what is being typed."""
    suspense_batches.take_batch_back(by=request.actor, batch=found, answer=form.cleaned_data["answer"])
