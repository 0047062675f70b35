"""Payout files to the bank and its result files (代付): finance makes a file, the bank pays, the result is handed in."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.bodies import takes_files
from nanhu.kernel.errors import CampusError
from nanhu.platforms.payments import api as payments
from nanhu.systems.card.bank.forms import LARGEST_FILE, ResultForm
from nanhu.systems.card.bank.views.office import asked_page
from nanhu.systems.card.policies import finance_only

RECENT = 30


def file_with(public_id: UUID) -> payments.PayoutFile:
    found = payments.PayoutFile.objects.select_related("channel").filter(public_id=public_id).first()
    if found is None:
        raise payments.PayoutFileNotFoundError
    return found


@require_safe
@never_cache
@finance_only
def payouts(request: HttpRequest) -> HttpResponse:
    facts = {
        "page": asked_page(request, payments.PayoutFile.objects.select_related("channel").order_by("-pk")),
        "waiting": payments.waiting_payouts(),
        "returns": payments.BankPayout.objects.filter(file=None).order_by("-pk")[:RECENT],
    }
    return render(request, "card_bank/payouts.html", facts)


@require_POST
@finance_only
def make(request: HttpRequest) -> HttpResponse:
    try:
        made = payments.make_payout_file(by=person_at(request))
    except CampusError as refusal:
        messages.error(request, refusal.message)
        return redirect("card:card_bank:payout_files")
    messages.success(request, _("文件已生成。下载后交给银行，再把银行的结果文件交回来。"))
    return redirect("card:card_bank:payout_file", public_id=made.public_id)


@takes_files(largest=LARGEST_FILE + 100_000)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@finance_only
def file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = file_with(public_id)
    form = ResultForm(request.POST or None, request.FILES or None)
    facts = {"file": found, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            done = payments.take_payout_results(
                by=person_at(request),
                file=found,
                results=payments.read_payout_results(found, form.cleaned_data["file"]),
            )
        except CampusError as error:
            facts |= {"error": error.message, "faults": error.facts.get("faults", [])}
        else:
            messages.success(request, _("付款成功 %(paid)s 笔，退回 %(returned)s 笔，此前已处理 %(known)s 笔。") % done)
            return redirect("card:card_bank:payout_file", public_id=public_id)
    facts["page"] = asked_page(request, found.payouts.order_by("pk"))
    return render(request, "card_bank/payout_file.html", facts, status=422 if form.is_bound else 200)


@require_safe
@finance_only
def download(_request: HttpRequest, public_id: UUID) -> StreamingHttpResponse:
    found = file_with(public_id)
    return StreamingHttpResponse(
        payments.payout_lines(found),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{found.number}.csv"', "Cache-Control": "no-store"},
    )
