"""Payouts: the file for the bank, and the bank's word taken in by another person."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.errors import CampusError
from nanhu.systems.card.closing.forms import ConfirmForm
from nanhu.systems.card.closing.models import Payout, Settlement
from nanhu.systems.card.closing.services import payouts as services
from nanhu.systems.card.policies import finance_only
from nanhu.systems.card.views.frame import viewer_of

SHOWN = 50


@require_safe
@never_cache
@finance_only
def payouts(request: HttpRequest) -> HttpResponse:
    waiting = list(
        Settlement.objects.filter(payout__isnull=True, payable_fen__gt=0).select_related("merchant").order_by("last")
    )
    facts = {
        "waiting": waiting,
        "waiting_fen": sum(one.payable_fen for one in waiting),
        "payouts": Payout.objects.order_by("-made_at")[:SHOWN],
    }
    return render(request, "card/closing/payouts.html", facts)


@require_POST
@finance_only
def make(request: HttpRequest) -> HttpResponse:
    made = services.make_payout(by=person_at(request))
    messages.success(request, _("付款文件已生成，请另一位经办人在银行付款后确认。"))
    return redirect("card:merchant_payout", number=made.number)


@require_safe
@never_cache
@finance_only
def payout(request: HttpRequest, number: str) -> HttpResponse:
    return show(request, get_object_or_404(Payout, number=number))


def show(
    request: HttpRequest, found: Payout, *, form: ConfirmForm | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    facts = {
        "payout": found,
        "rows": found.settlements.select_related("merchant", "contract").order_by("number"),
        "error": error,
        "form": form or ConfirmForm(),
        "is_mine": found.maker_id == viewer_of(request).account_id,
    }
    return render(request, "card/closing/payout.html", facts, status=status)


@require_safe
@finance_only
def download(_request: HttpRequest, number: str) -> HttpResponse:
    found = get_object_or_404(Payout, number=number)
    headers = {"Content-Disposition": f'attachment; filename="{found.number}.csv"', "Cache-Control": "no-store"}
    return HttpResponse(services.file_of(found), content_type="text/csv; charset=utf-8", headers=headers)


@require_POST
@finance_only
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    found, form = get_object_or_404(Payout, number=number), ConfirmForm(request.POST)
    if not form.is_valid():
        return show(request, found, form=form, status=422)
    said = form.cleaned_data
    try:
        services.confirm(
            by=person_at(request), payout=found, bank_reference=said["reference"], unpaid=said["unpaid"].split()
        )
    except CampusError as error:
        return show(request, found, form=form, error=error.message, status=error.http_status)
    messages.success(request, _("已确认付款。"))
    return redirect("card:merchant_payout", number=number)
