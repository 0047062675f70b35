"""What a merchant's people keep themselves: refunds of their own sales."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from nanhu.kernel.actors import person_at
from nanhu.kernel.clock import campus_today, start_of
from nanhu.kernel.errors import CampusError
from nanhu.systems.card.closing.forms import RefundForm
from nanhu.systems.card.closing.policies import merchant_only, merchants_of
from nanhu.systems.card.errors import SaleNotFoundError
from nanhu.systems.card.models import Merchant, Receipt
from nanhu.systems.card.rows import line_of
from nanhu.systems.card.services.refunds import refund_sale
from nanhu.systems.card.views.frame import viewer_of

SALES = ("payment", "stored")
SHOWN = 20


def own_merchant(request: HttpRequest, key: str) -> Merchant:
    """No other's: one's own or nothing."""
    found = next((one for one in merchants_of(viewer_of(request)) if one.key == key), None)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@merchant_only
def refund(request: HttpRequest, key: str) -> HttpResponse:
    merchant, error, status = own_merchant(request, key), "", 200
    form = RefundForm(request.POST or None, initial={"receipt": request.GET.get("receipt", "")})
    if request.method == "POST" and form.is_valid():
        try:
            give_back(request, merchant, form)
        except CampusError as problem:
            error, status = problem.message, problem.http_status
        else:
            messages.success(request, _("已退款，钱已回到顾客卡里。"))
            return redirect("card:merchant_refund", key=key)
    rows = [(line_of(row), row.amount_fen) for row in recent_sales(merchant)]
    facts = {"merchant": merchant, "form": form, "error": error, "rows": rows}
    return render(request, "card/closing/refund.html", facts, status=status if error else 422 if form.is_bound else 200)


def give_back(request: HttpRequest, merchant: Merchant, form: RefundForm) -> None:
    said = form.cleaned_data
    sale = Receipt.objects.filter(pk=int(said["receipt"]), merchant=merchant, kind__in=SALES, outcome="posted").first()
    if sale is None:
        raise SaleNotFoundError
    refund_sale(
        by=person_at(request),
        merchant=merchant,
        sale=sale,
        amount_fen=said["amount"],
        reason=said["reason"],
        key=f"page:{said['token']}",
    )


def recent_sales(merchant: Merchant) -> QuerySet[Receipt]:
    rows = Receipt.objects.filter(
        merchant=merchant, kind__in=SALES, outcome="posted", posted_at__gte=start_of(campus_today())
    )
    return rows.select_related("merchant", "terminal").order_by("-posted_at", "-id")[:SHOWN]
