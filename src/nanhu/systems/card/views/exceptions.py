"""Cash exceptions (现金特批): one clerk asks, another decides on her own screen, the first takes the cash."""

from typing import Any

from django.http import HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Empty, PageRequest, Who
from nanhu.kernel.ui import words
from nanhu.systems.card.models import CashException
from nanhu.systems.card.services import cash_exceptions
from nanhu.systems.card.services.top_up import top_up_by_exception
from nanhu.systems.card.views.counter import BOOKED_ONCE, NOT_BOOKED, Waiting, desk, person_facts, to_receipt


class Exceptions(Waiting):
    author = Who(_("申请"), "author_name", at="created_at", account="author_id")
    approver = Who(_("复核"), "approver_name", account="approver_id")


def facts(_request: PageRequest, found: CashException) -> dict[str, Any]:
    return {**person_facts(found.card), "top_up": getattr(found, "top_up", None)}


exceptions = desk.proposals(
    "counter/exceptions/",
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


@exceptions.case.action("take/", repeated=BOOKED_ONCE, refused=NOT_BOOKED)
def take(request: PageRequest, found: CashException) -> HttpResponseRedirect:
    taken = top_up_by_exception(by=request.actor, exception=found)
    return to_receipt(request, taken)
