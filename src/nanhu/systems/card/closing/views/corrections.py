"""Corrections by two clerks (更正), and the office's side of disputes (疑问)."""

from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import (
    Badge,
    Clock,
    Console,
    Empty,
    Link,
    Markup,
    Moment,
    Money,
    PageRequest,
    Person,
    Table,
    Text,
    Who,
    listing,
)
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.kit.records import found_in, record
from nanhu.kernel.kit.waiting import entered
from nanhu.kernel.registry import Text as Words
from nanhu.platforms.people import api as people
from nanhu.systems.card.closing.errors import BillFateMissingError
from nanhu.systems.card.closing.forms import AGAIN, AnswerForm, CorrectionForm
from nanhu.systems.card.closing.models import Correction, Dispute
from nanhu.systems.card.closing.services import corrections as services
from nanhu.systems.card.closing.services import disputes
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.policies import CLERK_ROLE
from nanhu.systems.card.protocol import receipt_number
from nanhu.systems.card.rows import line_of, whole_fen

PAGE = 30
State = Correction.State
TONES: dict[str, Tone] = {State.POSTED: "good", State.REFUSED: "none"}
desk = Console(
    "card:corrections",
    _("更正与疑问"),
    icon="undo-2",
    owner=_("校园卡管理办公室"),
    description=_("记错的账由两人更正，持卡人的疑问由您答复"),
    roles=[CLERK_ROLE],
    order=42,
    styles=["card/card.css"],
)


def bill_after(one: Correction) -> Words:
    """Whether the bill that a row paid is owed again; "" of a row that paid none."""
    if one.receipt.kind != services.PAYS_A_BILL:
        return ""
    return _("恢复未缴") if one.is_owed_again else _("退费，不再缴")


class Corrections(Table):
    number = Link(_("凭证号"), lambda one: receipt_number(one.receipt_id), to="case", sort="receipt_id", is_number=True)
    kind = Text(_("类别"), lambda one: f"{line_of(one.receipt).kind} {line_of(one.receipt).merchant}".strip())
    amount = Money(_("金额"), lambda one: whole_fen(one.receipt))
    bill = Text(_("缴的应缴单"), bill_after, is_wide=True, sort=False)
    reason = Text(_("原因"))
    author = Who(_("申请"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=State.choices, tones=TONES, tone="warn")


def facts(_request: PageRequest, found: Correction) -> dict[str, Any]:
    card = found.receipt.card
    person = people.person_cards({card.person_id}).get(card.person_id) if card else None
    return {
        "line": line_of(found.receipt),
        "card": card,
        "person": person,
    }


corrections = desk.proposals(
    "corrections/",
    Correction,
    Corrections,
    on_approve=lambda by, found: services.approve(by=by, correction=found),
    on_refuse=lambda by, found, answer: services.refuse(by=by, correction=found, answer=answer),
    title=_("更正"),
    tab=_("更正"),
    lead=_("记错的账不改，另记一笔反向的账退回；一人申请，另一人复核。"),
    empty=Empty(title=_("还没有更正"), icon="undo-2", text=_("填凭证号和原因申请，另一位经办人在这里复核。")),
    found=Correction.objects.select_related("receipt__merchant", "receipt__card", "receipt__terminal", "posted"),
    template="card/closing/correction.html",
    facts=facts,
    agree=lambda _found: _("同意，记反向的账"),
    done={"approve": _("已更正，持卡人的明细里能看到。")},
)


@corrections.list.form(
    "ask/",
    CorrectionForm,
    title=_("申请更正"),
    button=_("申请更正"),
    submit=_("申请"),
    to="case",
    prefilled=("receipt",),
)
def ask(request: PageRequest, form: CorrectionForm) -> Correction:
    said = form.cleaned_data
    receipt = found_in(Receipt.objects.all(), _("这笔交易"), pk=int(said["receipt"]))
    fate = said["bill"]
    if receipt.kind == services.PAYS_A_BILL and not fate:
        raise BillFateMissingError(bill=receipt.detail)
    again = fate == AGAIN
    return services.ask(
        by=request.actor, receipt=receipt, reason=said["reason"], token=said["token"], is_owed_again=again
    )


class Disputes(Table):
    ordering = ("-state", "-created_at")
    holder = Person(_("持卡人"), "receipt__card__person_id")
    kind = Text(_("类别"), lambda one: f"{line_of(one.receipt).kind} {line_of(one.receipt).merchant}".strip())
    terminal = Text(_("终端号"), "receipt__terminal__number", is_number=True, is_wide=True)
    occurred_at = Clock(_("时间"), "receipt__occurred_at")
    amount = Money(_("金额"), lambda one: whole_fen(one.receipt))
    words = Text(_("疑问"))
    created_at = Moment(_("标出时间"), is_wide=True)
    state = Badge(_("状态"), names=Dispute.State.choices, tones={"answered": "good"}, tone="warn")
    answer = Markup(_("答复"), "card/closing/_answer.html", "answer")


@desk.page(
    "disputed/",
    title=_("有疑问的交易"),
    tab=_("疑问"),
    lead=_("持卡人标出的交易；核对后答复，确有错误的申请更正。"),
    count=entered("card.disputes", lambda: Dispute.objects.filter(state="open")),
    waits=True,
)
def disputed(request: PageRequest) -> HttpResponseBase:
    rows = Dispute.objects.select_related("receipt__merchant", "receipt__terminal", "receipt__card")
    none = Empty(
        title=_("没有疑问"),
        icon="message-circle-question-mark",
        text=_("持卡人在交易明细里标出的交易会出现在这里。"),
    )
    return listing(request, Disputes, rows, empty=none, per_page=PAGE, export_as="疑问")


@disputed.action(
    "<uuid:public_id>/",
    form=AnswerForm,
    subject=record(Dispute.objects.all(), _("这条疑问")),
    done=_("已答复，持卡人能看到。"),
)
def answer(request: PageRequest, form: AnswerForm, found: Dispute) -> None:
    disputes.answer(by=request.actor, dispute=found, answer=form.cleaned_data["answer"])
