"""Keys and webhooks at the desk. A secret is shown in the answer to the form that made it, and on no other page."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.api import fresh_sign_in_required
from nanhu.platforms.openapi import queries
from nanhu.platforms.openapi.errors import KeyNotFoundError
from nanhu.platforms.openapi.forms import KeyForm, ReasonForm, RotateForm, WebhookForm
from nanhu.platforms.openapi.models import ApiKey, Mode, Webhook, WebhookEvent
from nanhu.platforms.openapi.policies import keeper_at, keeper_only
from nanhu.platforms.openapi.services import keys, webhooks
from nanhu.platforms.openapi.views.desk import show_vendor


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@keeper_only
@fresh_sign_in_required
def make(request: HttpRequest, public_id: UUID) -> HttpResponse:
    vendor, form = queries.vendor_with(public_id), KeyForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            made = keys.make_key(by=keeper_at(request), vendor=vendor, **form.cleaned_data)
            return show_vendor(request, vendor, new_key=made.text)
        except CampusError as error:
            form.add_error(None, error.message)
    facts = {"vendor": vendor, "form": form, "title": _("发一把密钥"), "submit": _("发密钥")}
    return render(request, "openapi/ask.html", facts, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@keeper_only
@fresh_sign_in_required
def rotate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    key, form = key_with(public_id), RotateForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            made = keys.rotate_key(by=keeper_at(request), key=key, **form.cleaned_data)
            return show_vendor(request, key.vendor, new_key=made.text)
        except CampusError as error:
            form.add_error(None, error.message)
    facts = {"vendor": key.vendor, "form": form, "key": key, "title": _("换密钥"), "submit": _("发新密钥")}
    return render(request, "openapi/ask.html", facts, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@keeper_only
def revoke(request: HttpRequest, public_id: UUID) -> HttpResponse:
    key, form = key_with(public_id), ReasonForm(request.POST or None)
    if form.is_bound and form.is_valid():
        keys.revoke_key(by=keeper_at(request), key=key, reason=form.cleaned_data["reason"])
        messages.success(request, _("已停用，立即失效。"))
        return redirect("openapi:vendor", key.vendor.public_id)
    facts = {
        "vendor": key.vendor,
        "form": form,
        "key": key,
        "title": _("停用密钥"),
        "submit": _("停用"),
        "tone": "danger",
    }
    return render(request, "openapi/ask.html", facts, status=422 if form.is_bound else 200)


def key_with(public_id: UUID) -> ApiKey:
    found = ApiKey.objects.select_related("vendor").filter(public_id=public_id, revoked_at=None).first()
    if found is None:
        raise KeyNotFoundError
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@keeper_only
@fresh_sign_in_required
def webhook(request: HttpRequest, public_id: UUID, kind: str) -> HttpResponse:
    if kind not in Mode.values:
        raise Http404
    vendor = queries.vendor_with(public_id)
    hook = Webhook.objects.filter(vendor=vendor, mode=kind).first()
    form = WebhookForm(request.POST or None, initial={"url": hook.url if hook else ""})
    if form.is_bound and form.is_valid():
        try:
            made = webhooks.set_webhook(by=keeper_at(request), vendor=vendor, mode=kind, url=form.cleaned_data["url"])
            return show_vendor(request, vendor, new_secret=made.secret)
        except CampusError as error:
            form.add_error("url", error.message)
    title = _("正式通知的地址") if kind == Mode.LIVE else _("沙箱通知的地址")
    facts = {"vendor": vendor, "form": form, "title": title, "submit": _("保存并换签名密钥")}
    return render(request, "openapi/ask.html", facts, status=422 if form.is_bound else 200)


@require_POST
@keeper_only
def webhook_action(request: HttpRequest, public_id: UUID, kind: str) -> HttpResponse:
    """`do`: test sends a test event, stop ends the calls."""
    vendor = queries.vendor_with(public_id)
    hook = Webhook.objects.select_related("vendor").filter(vendor=vendor, mode=kind, is_on=True).first()
    if hook is None:
        raise Http404
    if request.POST.get("do") == "stop":
        webhooks.stop_webhook(by=keeper_at(request), webhook=hook)
        messages.success(request, _("不再通知这个地址。"))
    else:
        webhooks.send_test(by=keeper_at(request), webhook=hook)
        messages.success(request, _("试发已排队，结果在通知记录里。"))
    return redirect("openapi:events", vendor.public_id)


@require_POST
@keeper_only
def replay(request: HttpRequest, public_id: UUID) -> HttpResponse:
    event = WebhookEvent.objects.select_related("vendor").filter(public_id=public_id).first()
    if event is None:
        raise Http404
    webhooks.replay(by=keeper_at(request), event=event)
    messages.success(request, _("已排队再送一次。"))
    return redirect("openapi:events", event.vendor.public_id)
