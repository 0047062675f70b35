"""What arrived at the bank (到账登记): cash from the safe, UnionPay's settlement; asked by one, booked by another."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from nanhu.kernel.actors import person_at
from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError, NotFoundError
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.payments.api import Channel
from nanhu.systems.card.bank.accounts import clearing_account
from nanhu.systems.card.bank.forms import DepositForm, ReasonForm
from nanhu.systems.card.bank.models import Deposit
from nanhu.systems.card.bank.services import deposits as booking
from nanhu.systems.card.bank.views.office import asked_page
from nanhu.systems.card.policies import finance_only
from nanhu.systems.card.services.shifts import safe
from nanhu.systems.card.views.frame import viewer_of


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@finance_only
def deposits(request: HttpRequest) -> HttpResponse:
    form = DepositForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            booking.ask(by=person_at(request), arrival=form.arrival())
        except CampusError as error:
            return show(request, form, error=error.message, status=error.http_status)
        messages.success(request, _("已登记，等另一位经办人复核。"))
        return redirect("card:card_bank:deposits")
    return show(request, form, status=422 if form.is_bound else 200)


def show(request: HttpRequest, form: DepositForm, *, error: str = "", status: int = 200) -> HttpResponse:
    rows = Deposit.objects.select_related("channel", "acquirer").order_by("-created_at", "-pk")
    acquirers = Channel.objects.filter(kind=Channel.Kind.ACQUIRER).order_by("pk")
    owed = [(one.name, clearing_account(one)) for one in acquirers]
    facts = {
        "form": form,
        "error": error,
        "page": asked_page(request, rows),
        "reason": ReasonForm(),
        "me": viewer_of(request).account_id,
        "safe_fen": -ledger.net_of(safe(), before=now()),
        "owed": [(name, -ledger.net_of(account, before=now())) for name, account in owed],
    }
    return render(request, "card_bank/deposits.html", facts, status=status)


@require_POST
@finance_only
def decide(request: HttpRequest, public_id: UUID, deed: str) -> HttpResponse:
    found = Deposit.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFoundError(what=_("这笔到账"))
    try:
        if deed == "approve":
            booking.approve(by=person_at(request), deposit=found)
            messages.success(request, _("已入账。"))
        else:
            booking.refuse(by=person_at(request), deposit=found, answer=request.POST.get("reason", "")[:300])
            messages.success(request, _("已回复不同意。"))
    except CampusError as error:
        return show(request, DepositForm(), error=error.message, status=error.http_status)
    return redirect("card:card_bank:deposits")
