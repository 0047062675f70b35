"""Vendors at the desk: registered, given scopes and merchants, switched off; what they asked and what they were told."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nanhu.systems.card.vendors import queries
from nanhu.systems.card.vendors.forms import ReasonForm, VendorForm, initial_of
from nanhu.systems.card.vendors.models import Mode, Vendor
from nanhu.systems.card.vendors.policies import keeper_only
from nanhu.systems.card.vendors.services import sandbox_cards, vendors
from nanhu.systems.card.views.frame import person_at

PAGE = 50
RECENT = 8


@require_safe
@never_cache
@keeper_only
def overview(request: HttpRequest) -> HttpResponse:
    last = queries.last_calls()
    rows = [(vendor, last.get(vendor.pk)) for vendor in queries.vendors()]
    return render(request, "card_vendors/overview.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@keeper_only
def register(request: HttpRequest) -> HttpResponse:
    form = VendorForm(request.POST or None)
    if form.is_bound and form.is_valid():
        vendor = vendors.register(by=person_at(request), order=form.order())
        messages.success(request, _("已登记。先发一把沙箱密钥给对方试。"))
        return redirect("card:vendors:vendor", vendor.public_id)
    status = 422 if form.is_bound else 200
    return render(request, "card_vendors/form.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@keeper_only
def change(request: HttpRequest, public_id: UUID) -> HttpResponse:
    vendor = queries.vendor_with(public_id)
    form = VendorForm(request.POST or None, initial=initial_of(vendor))
    if form.is_bound and form.is_valid():
        vendors.change(by=person_at(request), vendor=vendor, order=form.order())
        messages.success(request, _("已保存，下一次请求起按新的办。"))
        return redirect("card:vendors:vendor", vendor.public_id)
    status = 422 if form.is_bound else 200
    return render(request, "card_vendors/form.html", {"form": form, "vendor": vendor}, status=status)


@require_safe
@never_cache
@keeper_only
def vendor(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return show_vendor(request, queries.vendor_with(public_id))


def show_vendor(request: HttpRequest, one: Vendor, **facts: object) -> HttpResponse:
    hooks = {hook.mode: hook for hook in one.webhooks.all()}
    facts |= {
        "vendor": one, "scopes": one.scope_names, "keys": queries.keys_of(one),
        "merchants": one.merchants.filter(is_on=True).select_related("merchant"),
        "hooks": [(mode, Mode(mode).label, hooks.get(mode)) for mode in Mode.values],
        "calls": queries.calls_of(one)[:RECENT], "events": queries.events_of(one)[:RECENT],
    }  # fmt: skip
    return render(request, "card_vendors/vendor.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@keeper_only
def switch(request: HttpRequest, public_id: UUID) -> HttpResponse:
    one, form = queries.vendor_with(public_id), ReasonForm(request.POST or None)
    if form.is_bound and form.is_valid():
        vendors.switch(by=person_at(request), vendor=one, is_on=not one.is_on, reason=form.cleaned_data["reason"])
        return redirect("card:vendors:vendor", one.public_id)
    return render(
        request, "card_vendors/switch.html", {"vendor": one, "form": form}, status=422 if form.is_bound else 200
    )


@require_safe
@never_cache
@keeper_only
def log(request: HttpRequest, public_id: UUID) -> HttpResponse:
    one = queries.vendor_with(public_id)
    mode, outcome = request.GET.get("mode", ""), request.GET.get("outcome", "")
    page = Paginator(queries.calls_of(one, mode=mode, outcome=outcome), PAGE).get_page(request.GET.get("page"))
    facts = {"vendor": one, "page": page, "mode": mode, "outcome": outcome, "modes": Mode.choices}
    return render(request, "card_vendors/log.html", facts)


@require_safe
@never_cache
@keeper_only
def events(request: HttpRequest, public_id: UUID) -> HttpResponse:
    one = queries.vendor_with(public_id)
    page = Paginator(queries.events_of(one), PAGE).get_page(request.GET.get("page"))
    return render(request, "card_vendors/events.html", {"vendor": one, "page": page})


@require_POST
@keeper_only
def start_over(request: HttpRequest, public_id: UUID) -> HttpResponse:
    sandbox_cards.start_over(queries.vendor_with(public_id))
    messages.success(request, _("测试卡已恢复到初始状态。"))
    return redirect("card:vendors:vendor", public_id)
