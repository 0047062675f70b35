"""Vendors at the desk: registered, given scopes, switched off; what they requested and what was sent to them."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nanhu.platforms.openapi import queries
from nanhu.platforms.openapi.forms import ReasonForm, VendorForm
from nanhu.platforms.openapi.interfaces import interfaces, known_scopes, scope_name, settings_of_rooms
from nanhu.platforms.openapi.models import Mode, Vendor
from nanhu.platforms.openapi.policies import keeper_at, keeper_only
from nanhu.platforms.openapi.services import vendors

PAGE = 50
RECENT = 8


@require_safe
@never_cache
@keeper_only
def overview(request: HttpRequest) -> HttpResponse:
    last = queries.last_requests()
    rows = [(vendor, last.get(vendor.pk), [scope_name(one) for one in vendor.scopes]) for vendor in queries.vendors()]
    return render(request, "openapi/overview.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@keeper_only
def register(request: HttpRequest) -> HttpResponse:
    form = VendorForm(request.POST or None)
    if form.is_bound and form.is_valid():
        vendor = vendors.register(by=keeper_at(request), order=form.order())
        messages.success(request, _("已登记。先发一把沙箱密钥给对方试。"))
        return redirect("openapi:vendor", vendor.public_id)
    status = 422 if form.is_bound else 200
    return render(request, "openapi/form.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@keeper_only
def change(request: HttpRequest, public_id: UUID) -> HttpResponse:
    vendor = queries.vendor_with(public_id)
    form = VendorForm(request.POST or None, vendor=vendor)
    if form.is_bound and form.is_valid():
        vendors.change(by=keeper_at(request), vendor=vendor, order=form.order())
        messages.success(request, _("已保存，下一次请求起按新的办。"))
        return redirect("openapi:vendor", vendor.public_id)
    status = 422 if form.is_bound else 200
    return render(request, "openapi/form.html", {"form": form, "vendor": vendor}, status=status)


@require_safe
@never_cache
@keeper_only
def vendor(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return show_vendor(request, queries.vendor_with(public_id))


def scopes_of(vendor: Vendor) -> list[tuple[str, bool]]:
    """In words, and whether the room that offers it is installed."""
    known = known_scopes()
    return [(str(known.get(one, one)), one in known) for one in vendor.scopes]


def show_vendor(request: HttpRequest, one: Vendor, **facts: object) -> HttpResponse:
    hooks = {hook.mode: hook for hook in one.webhooks.all()}
    facts |= {
        "vendor": one, "scopes": scopes_of(one), "keys": queries.keys_of(one),
        "parts": [(part.template, part.facts(one)) for _name, part in settings_of_rooms()],
        "hooks": [(mode, Mode(mode).label, hooks.get(mode)) for mode in Mode.values],
        "requests": queries.requests_of(one)[:RECENT], "events": queries.events_of(one)[:RECENT],
    }  # fmt: skip
    return render(request, "openapi/vendor.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@keeper_only
def switch(request: HttpRequest, public_id: UUID) -> HttpResponse:
    one, form = queries.vendor_with(public_id), ReasonForm(request.POST or None)
    if form.is_bound and form.is_valid():
        vendors.switch(by=keeper_at(request), vendor=one, is_on=not one.is_on, reason=form.cleaned_data["reason"])
        return redirect("openapi:vendor", one.public_id)
    return render(request, "openapi/switch.html", {"vendor": one, "form": form}, status=422 if form.is_bound else 200)


@require_safe
@never_cache
@keeper_only
def log(request: HttpRequest, public_id: UUID) -> HttpResponse:
    one = queries.vendor_with(public_id)
    mode, outcome = request.GET.get("mode", ""), request.GET.get("outcome", "")
    page = Paginator(queries.requests_of(one, mode=mode, outcome=outcome), PAGE).get_page(request.GET.get("page"))
    facts = {"vendor": one, "page": page, "mode": mode, "outcome": outcome, "modes": Mode.choices}
    return render(request, "openapi/log.html", facts)


@require_safe
@never_cache
@keeper_only
def events(request: HttpRequest, public_id: UUID) -> HttpResponse:
    one = queries.vendor_with(public_id)
    page = Paginator(queries.events_of(one), PAGE).get_page(request.GET.get("page"))
    return render(request, "openapi/events.html", {"vendor": one, "page": page})


@require_POST
@keeper_only
def reset_sandbox(request: HttpRequest, public_id: UUID) -> HttpResponse:
    one = queries.vendor_with(public_id)
    for interface in interfaces.values():
        interface.sandbox.reset(one)
    messages.success(request, _("沙箱已恢复到初始状态。"))
    return redirect("openapi:vendor", public_id)
