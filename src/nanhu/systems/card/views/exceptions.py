"""Cash exceptions (现金特批): one clerk asks, another decides on her own screen, the first takes the cash."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nanhu.kernel.actors import person_at
from nanhu.kernel.errors import CampusError
from nanhu.kernel.kit import Badge, Console, Empty, Link, PageRequest, Person, Table, Text, Who
from nanhu.kernel.kit.columns import Tone
from nanhu.kernel.money import format_yuan
from nanhu.kernel.ui import words
from nanhu.systems.card.forms import ExceptionForm
from nanhu.systems.card.models import CashException
from nanhu.systems.card.policies import CLERK_ROLE
from nanhu.systems.card.services import cash_exceptions
from nanhu.systems.card.services.top_up import top_up_by_exception
from nanhu.systems.card.views.counter import person_facts, show, to_receipt
from nanhu.systems.card.views.frame import card_with, clerk_only

State = CashException.State
TONES: dict[str, Tone] = {State.APPROVED: "good", State.USED: "good", State.REFUSED: "bad"}
desk = Console(
    "card:exceptions",
    _("现金特批"),
    icon="stamp",
    owner=_("校园卡管理办公室"),
    description=_("教职工和留学生以外的人交现金：别人申请的，由您复核"),
    roles=[CLERK_ROLE],
    order=41,
)


class Exceptions(Table):
    holder = Person(_("持卡人"), "card__person_id")
    amount = Link(_("金额"), lambda one: format_yuan(one.amount_fen), to="case", sort="amount_fen")
    reason = Text(_("原因"))
    author = Who(_("申请"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")
    state = Badge(_("状态"), names=State.choices, tones=TONES, tone="warn")


def facts(_request: PageRequest, found: CashException) -> dict[str, Any]:
    return {**person_facts(found.card), "top_up": getattr(found, "top_up", None)}


exceptions = desk.proposals(
    "",
    CashException,
    Exceptions,
    on_approve=lambda by, found: cash_exceptions.approve(by=by, exception=found),
    on_refuse=lambda by, found, answer: cash_exceptions.refuse(by=by, exception=found, answer=answer),
    title=_("现金特批"),
    tab=_("特批"),
    lead=_("教职工和留学生以外的人交现金，须两位经办人：一位申请并收款，另一位复核。"),
    empty=Empty(
        title=_("还没有特批"), icon="stamp", text=_("在持卡人的页面上申请；别人的申请会出现在这里，等您复核。")
    ),
    found=CashException.objects.select_related("card__wallet"),
    list_template="card/exceptions.html",
    template="card/exception.html",
    facts=facts,
    agree=lambda found: _("同意%(name)s收这笔现金") % {"name": words.actor(found.author_name)},
    done={"approve": _("已同意，申请人现在可以收款。")},
)


@exceptions.case.action("take/")
def take(request: PageRequest, found: CashException) -> HttpResponse:
    taken = top_up_by_exception(by=request.actor, exception=found)
    return to_receipt(taken.top_up.receipt_id, is_repeated=taken.is_repeated)


@require_POST
@clerk_only
def ask(request: HttpRequest, public_id: UUID) -> HttpResponse:
    card, form = card_with(public_id), ExceptionForm(request.POST)
    if not form.is_valid():
        return show(request, card, status=422, form=form)
    said = form.cleaned_data
    try:
        asked = cash_exceptions.ask_for_cash(
            by=person_at(request), card=card, amount_fen=said["amount"], reason=said["reason"], token=said["token"]
        )
    except CampusError as error:
        return show(request, card, status=error.http_status, form=form, error=error.message)
    return redirect("card:exceptions:case", public_id=asked.public_id)
