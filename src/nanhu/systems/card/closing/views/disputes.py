"""The holder's side of disputes: mark a row of one's own, see the answers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.kit.records import found_in
from nanhu.systems.card.closing.forms import DisputeForm
from nanhu.systems.card.closing.models import Dispute
from nanhu.systems.card.closing.services import disputes as services
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.rows import line_of
from nanhu.systems.card.views.frame import own_card

SHOWN = 50


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    wallet = own_card(request).wallet
    rows = (
        Dispute.objects.filter(wallet=wallet)
        .select_related("receipt__merchant", "receipt__terminal")
        .order_by("-created_at")
    )
    return render(
        request, "card/closing/disputes.html", {"rows": [(row, line_of(row.receipt)) for row in rows[:SHOWN]]}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def mark(request: HttpRequest, number: int) -> HttpResponse:
    wallet = own_card(request).wallet
    posted = Receipt.objects.select_related("merchant", "terminal").filter(wallet=wallet, outcome="posted")
    receipt = found_in(posted, _("这笔交易"), pk=number)
    form = DisputeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        services.dispute(by=person_at(request), wallet=wallet, receipt_id=number, words=form.cleaned_data["words"])
        return redirect("card:disputes")
    if Dispute.objects.filter(receipt=receipt).exists():
        return redirect("card:disputes")
    facts = {"line": line_of(receipt), "form": form, "number": number}
    return render(request, "card/closing/dispute.html", facts, status=422 if form.is_bound else 200)
