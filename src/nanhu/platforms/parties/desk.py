"""The engineer's desk (校外接口): which parties are set up, when each last answered, what waits; questions and batches one by one."""

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Q
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as say
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
    Search,
    Table,
    Text,
    Views,
    list_of,
    listing,
)
from nanhu.kernel.kit.cases import faulty
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import record
from nanhu.kernel.kit.waiting import entered
from nanhu.kernel.registry import CheckResult, Role, Verdict
from nanhu.kernel.sheets import FaultyRowsError
from nanhu.platforms.identity.api import fresh_sign_in_required
from nanhu.platforms.parties.files import ENGINEER
from nanhu.platforms.parties.forms import ReturnForm
from nanhu.platforms.parties.lines import PartiesFileError, line_of, lines
from nanhu.platforms.parties.models import Batch, BatchLine, Inquiry
from nanhu.platforms.parties.parties import CHOICES, FILED
from nanhu.platforms.parties.presented import RESULTS, TONES, result_of
from nanhu.platforms.parties.queries import Standing, standings
from nanhu.platforms.parties.services import asking, batches

BATCH_TONES: Final[Mapping[str, Tone]] = {"done": "good", "refused": "bad", "withdrawn": "none"}
LINE_TONES: Final[Mapping[str, Tone]] = {"done": "good", "failed": "bad"}


def check_lines() -> CheckResult:
    try:
        count = len(lines())
    except PartiesFileError as error:
        return CheckResult(
            verdict=Verdict.FAIL, message=str(error), remedy=say("按 docs/operations.md 改好 NANHU_PARTIES_FILE。")
        )
    stuck = Batch.objects.filter(state=Batch.State.SENT).filter(Q(due_at=None) | Q(is_unknown=True)).count()
    if stuck:
        said = say("%d 个报送批次送出后没有回盘。") % stuck
        return CheckResult(verdict=Verdict.WARN, message=said, remedy=say("在“校外接口”里看每一批，交回盘文件。"))
    return CheckResult(verdict=Verdict.OK, message=say("接了 %d 家校外单位。") % count)


desk = Console(
    "parties",
    _("校外接口"),
    icon="cable",
    owner=_("信息中心"),
    description=_("税务、财政、学信网、银行和 DOI：接了没有，何时答复过，什么在等"),
    roles=[Role(key=ENGINEER, name=_("校外接口管理"), description=_("看与校外单位的往来，交回盘文件，重送批次"))],
    order=45,
    check=check_lines,
)


class Standings(Table):
    name = Text(_("单位"), sort=False)
    is_set_up = Badge(
        _("状态"),
        lambda one: bool(one.host),
        names={True: _("已接"), False: _("没有接")},
        tones={True: "good"},
        tone="none",
    )
    host = Text(_("地址"), is_number=True, is_wide=True)
    answered_at = Moment(_("上次答复"))
    waiting = Number(_("在等"))
    since = Moment(_("最早从"))
    error = Text(_("上次没有成的原因"))


class Inquiries(Table):
    ordering = ("-created_at",)
    party = Text(_("单位"), names=dict(CHOICES))
    subject = Text(_("问什么"), is_number=True)
    result = Badge(_("结果"), result_of, names=RESULTS, tones=TONES, tone="warn")
    attempts = Number(_("已尝试"))
    error = Text(_("上次没有成的原因"), "shown_error", sort="error")
    due_at = Moment(_("下次"))
    ended_at = Moment(_("答复时间"))
    created_at = Moment(_("提问时间"))
    actions = Markup(_("操作"), "parties/_inquiry_actions.html")


class InquiryFilters(Filters):
    q = Search("subject")
    party = Choice(_("单位"), CHOICES)
    show = Views(
        {
            "waiting": (_("在等"), Q(state="waiting")),
            "answered": (_("已有答复"), Q(state="answered")),
            "given_up": (_("没有答复"), Q(state="given_up")),
        }
    )


class Batches(Table):
    ordering = ("-created_at",)
    number = Link(_("批次号"), to="batch", is_number=True)
    party = Text(_("单位"), names=dict(CHOICES))
    key = Text(_("用于"), is_number=True, is_wide=True)
    line_count = Number(_("行数"))
    sum_fen = Money(_("金额"))
    state = Badge(_("状态"), names=Batch.State.choices, tones=BATCH_TONES, tone="warn")
    error = Text(_("上次没有成的原因"), "shown_error", sort="error")
    heard_at = Moment(_("上次答复"))
    created_at = Moment(_("时间"))


class BatchFilters(Filters):
    q = Search("number", "key")
    party = Choice(_("单位"), FILED)
    show = Views(
        {
            "open": (_("在等"), Q(state__in=["made", "sent"])),
            "ended": (_("已结束"), Q(state__in=["refused", "withdrawn", "done"])),
        }
    )


class Lines(Table):
    ordering = ("pk",)
    key = Text(_("编号"), is_number=True)
    amount_fen = Money(_("金额"))
    outcome = Badge(_("结果"), names=BatchLine.Outcome.choices, tones=LINE_TONES, tone="warn")
    code = Text(_("返回码"), is_number=True)
    sentence = Text(_("返回信息"))


@desk.page(
    "",
    title=_("校外接口"),
    tab=_("各家单位"),
    lead=_("接了哪些单位，何时答复过，什么在等。地址和密钥写在服务器的文件里。"),
)
def overview(request: PageRequest) -> HttpResponseBase:
    rows: list[Standing] = standings()
    return listing(request, Standings, rows)


@desk.page("inquiries/", title=_("询问"), tab=_("询问"))
def inquiries(request: PageRequest) -> HttpResponseBase:
    none = Empty(
        title=_("还没有问过校外单位"), icon="cable", text=_("查验发票、核学历、查 DOI、读财政指标，每一次在这里一行。")
    )
    return listing(request, Inquiries, Inquiry.objects.all(), InquiryFilters, empty=none)


@inquiries.action("<uuid:public_id>/now/", subject=record(Inquiry.objects.all(), _("这次询问")), done=_("马上再问。"))
def ask_now(request: PageRequest, found: Inquiry) -> None:
    asking.ask_now(by=request.actor, inquiry=found)


@desk.page(
    "batches/",
    title=_("报送批次"),
    tab=_("报送批次"),
    count=entered("parties.unknown_batches", lambda: Batch.objects.filter(state="sent", is_unknown=True)),
    waits=True,
)
def batch_list(request: PageRequest) -> HttpResponseBase:
    none = Empty(
        title=_("还没有报送批次"),
        icon="file-up",
        text=_("代发、申报、学籍注册的名单由各系统生成，送出和回盘都在这里。"),
    )
    return listing(request, Batches, Batch.objects.all(), BatchFilters, empty=none)


def is_set_up(party: str) -> bool | None:
    """None where nobody can tell: neither way is offered before the file of lines is mended."""
    try:
        return line_of(party) is not None
    except PartiesFileError:
        return None


@batch_list.page(
    "<uuid:public_id>/",
    title=_("报送批次"),
    subject=record(Batch.objects.select_related("file"), Batch.what),
    about=lambda one: one.number,
)
def batch(request: PageRequest, found: Batch) -> HttpResponseBase:
    named: dict[str, Any] = {"public_id": found.public_id}
    has_line, state = is_set_up(found.party), found.state
    links = {
        "handed": hand_over.address(**named) if state == "made" and has_line is False else "",
        "now": look_now.address(**named) if state in {"made", "sent"} and has_line else "",
        "back": take_return.address(**named) if state in {"sent", "done"} else "",
        "again": send_again.address(**named) if batches.may_go_again(found) else "",
        "withdraw": withdraw.address(**named) if batches.may_withdraw(found) else "",
    }
    facts = {
        "batch": found,
        "party": dict(CHOICES)[found.party],
        "lines": list_of(request, Lines, found.lines.all(), caption=_("每一行")),
        **links,
    }
    return render(request, "parties/batch.html", facts)


@batch.action("handed/", done=_("已记下，等回盘文件。"))
def hand_over(request: PageRequest, found: Batch) -> None:
    batches.mark_handed_over(by=request.actor, batch=found)


@batch.action("now/", done=_("马上去办。"))
def look_now(request: PageRequest, found: Batch) -> None:
    batches.look_now(by=request.actor, batch=found)


@batch.form(
    "return/",
    ReturnForm,
    title=_("交回盘文件"),
    submit=_("交回盘文件"),
    icon="upload",
    largest_file=ReturnForm.largest + 100_000,
    guards=(fresh_sign_in_required,),
    to="batch",
    template="parties/return.html",
    done=lambda taken: str(_("办成 %(done)s 行，没办成 %(failed)s 行，还没有回盘 %(open)s 行。") % vars_of(taken)),
)
def take_return(request: PageRequest, form: ReturnForm, found: Batch) -> batches.Taken:
    content, name = form.cleaned_data["file"], form.file_name
    try:
        return batches.take_return(by=request.actor, batch=found, content=content, name=name)
    except FaultyRowsError as error:
        raise faulty(request, error.facts["faults"]) from error  # type: ignore[arg-type]  # facts are untyped


def vars_of(taken: batches.Taken) -> dict[str, int]:
    return {"done": taken.done, "failed": taken.failed, "open": taken.open}


@batch.form(
    "again/",
    ReasonForm,
    title=_("再送一次"),
    lead=_("同一份文件、同一个批次号。对方说没有收到才能再送；先打电话问清楚。"),
    submit=_("再送一次"),
    tone="danger",
    icon="rotate-cw",
    guards=(fresh_sign_in_required,),
    to="batch",
    done=_("马上再送。"),
)
def send_again(request: PageRequest, form: ReasonForm, found: Batch) -> None:
    batches.send_again(by=request.actor, batch=found, reason=form.cleaned_data["reason"])


@batch.form(
    "withdraw/",
    ReasonForm,
    title=_("撤回这一批"),
    lead=_("还没有送出的才能撤回，各行可以另做一批。文件已经人工送到对方的，不要撤回，改按“已送到对方”。"),
    submit=_("撤回这一批"),
    tone="danger",
    icon="undo-2",
    guards=(fresh_sign_in_required,),
    to="batch",
    done=_("已撤回，没有送出。"),
)
def withdraw(request: PageRequest, form: ReasonForm, found: Batch) -> None:
    batches.withdraw(by=request.actor, batch=found, reason=form.cleaned_data["reason"])
