"""Registering terminals and merchants. A key stands in the answer to the form that made it, and on no page after it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from nanhu.kernel.errors import CampusError, NotFoundError
from nanhu.platforms.identity.api import has_role
from nanhu.platforms.terminals.api import Terminal, register_terminal, renew_terminal_key, retire_terminal
from nanhu.systems.card.fleet.forms import MerchantForm, RegisterForm, RetireForm, TerminalDeedForm
from nanhu.systems.card.fleet.policies import REGISTRAR, merchant_keeper, registrar_only
from nanhu.systems.card.fleet.services import registering
from nanhu.systems.card.models import Merchant
from nanhu.systems.card.policies import FINANCE, finance_only
from nanhu.systems.card.views.frame import person_at, viewer_of


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@registrar_only
def register(request: HttpRequest) -> HttpResponse:
    form, error = RegisterForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            made, key = register_terminal(by=person_at(request), entry=form.entry(), reason=form.cleaned_data["reason"])
        except CampusError as problem:
            error = problem.message
        else:
            return hand_over(request, made, key)
    status = 409 if error else 422 if form.is_bound else 200
    return render(request, "card_fleet/register.html", {"form": form, "error": error}, status=status)


def hand_over(request: HttpRequest, terminal: Terminal, key: str) -> HttpResponse:
    """No redirect: the key would have to be kept somewhere until the next request."""
    return render(request, "card_fleet/key.html", {"terminal": terminal, "key": key})


@require_POST
@never_cache
@registrar_only
def renew(request: HttpRequest, number: str) -> HttpResponse:
    form = TerminalDeedForm(request.POST)
    try:
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        terminal = renew_terminal_key(by=person_at(request), number=number, reason=reason)
    except CampusError as error:
        messages.error(request, error.message)
        return redirect("card:terminal", number=number)
    return hand_over(request, terminal, terminal.key)


@require_POST
@registrar_only
def retire(request: HttpRequest, number: str) -> HttpResponse:
    form = RetireForm(request.POST)
    try:
        said = form.cleaned_data if form.is_valid() else {"reason": "", "is_loss_accepted": False}
        retire_terminal(by=person_at(request), number=number, **said)
        messages.success(request, _("已撤机，密钥作废。"))
    except CampusError as error:
        messages.error(request, error.message)
    return redirect("card:terminal", number=number)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@merchant_keeper
def merchants(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    is_registrar, error = has_role(viewer, REGISTRAR), ""
    form = MerchantForm(request.POST or None) if is_registrar else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            registering.register_merchant(by=person_at(request), order=form.order(), reason=form.cleaned_data["reason"])
        except CampusError as problem:
            error = problem.message
        else:
            messages.success(request, _("已登记，等一卡通财务同意后开业。"))
            return redirect("card:fleet_merchants")
    facts = {
        "form": form,
        "error": error,
        "is_registrar": is_registrar,
        "is_finance": has_role(viewer, FINANCE),
        "rows": Merchant.objects.order_by("canteen", "name"),
        "reason": TerminalDeedForm(),
    }
    status = 409 if error else 422 if form is not None and form.is_bound else 200
    return render(request, "card_fleet/merchants.html", facts, status=status)


@require_POST
@finance_only
def decide(request: HttpRequest, key: str, deed: str) -> HttpResponse:
    try:
        registering.decide_merchant(by=person_at(request), merchant=merchant_with(key), is_agreed=deed == "agree")
        messages.success(request, _("已同意开业。") if deed == "agree" else _("已回复不同意。"))
    except CampusError as error:
        messages.error(request, error.message)
    return redirect("card:fleet_merchants")


@require_POST
@registrar_only
def close(request: HttpRequest, key: str) -> HttpResponse:
    try:
        registering.close_merchant(
            by=person_at(request), merchant=merchant_with(key), reason=request.POST.get("reason", "")[:120]
        )
        messages.success(request, _("已停业。余下的营业款次日结算，照常付款。"))
    except CampusError as error:
        messages.error(request, error.message)
    return redirect("card:fleet_merchants")


def merchant_with(key: str) -> Merchant:
    found = Merchant.objects.filter(key=key).first()
    if found is None:
        raise NotFoundError(what=_("这个商户"))
    return found
