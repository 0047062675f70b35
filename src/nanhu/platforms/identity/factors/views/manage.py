"""My second factors: what there is, and taking it away again. Every action here wants a fresh sign-in."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nanhu.kernel.actors import actor_of
from nanhu.kernel.errors import CampusError
from nanhu.kernel.ui import words
from nanhu.platforms.identity.current import session_of
from nanhu.platforms.identity.factors.forms import PasskeyRenameForm
from nanhu.platforms.identity.factors.models import Passkey
from nanhu.platforms.identity.factors.services import contacts, recovery_codes, remembered, removal, totp
from nanhu.platforms.identity.factors.services.overview import factors_of
from nanhu.platforms.identity.pages import owner_of
from nanhu.platforms.identity.policies import fresh_sign_in, led_to

type Action = Callable[..., HttpResponse | None]


def factors_page(request: HttpRequest) -> HttpResponse:
    account = owner_of(request)
    browsers = list(remembered.live_browsers(account))
    context = {
        "factors": factors_of(account),
        "totp": totp.live(account),
        "passkeys": Passkey.objects.filter(account=account).order_by("-created_at"),
        "browsers": [(browser, words.browser(browser.user_agent)) for browser in browsers],
    }
    return render(request, "identity/factors.html", context)


def dangerous(action: Action) -> Callable[..., HttpResponseBase]:
    """By POST, fresh, and with the second factor where the account has one: a stolen session changes no lock."""

    @wraps(action)
    def guarded(request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        session = session_of(request)
        if session.second_factor_at is None and factors_of(owner_of(request)).is_on:
            return led_to("identity:second_factor", request, back=reverse("identity:factors"))
        try:
            answer = action(request, *arguments, **options)
        except CampusError as error:
            messages.error(request, error.message)
            answer = None
        return answer or HttpResponseRedirect(reverse("identity:factors"))

    fresh: Callable[..., HttpResponseBase] = require_POST(fresh_sign_in(guarded))
    return fresh


@dangerous
def remove_totp(request: HttpRequest) -> None:
    if removal.remove_totp(by=actor_of(request), account=owner_of(request)):
        messages.success(request, _("动态口令已删除。"))


@dangerous
def remove_passkey(request: HttpRequest, public_id: UUID) -> None:
    if removal.remove_passkey(by=actor_of(request), account=owner_of(request), public_id=public_id):
        messages.success(request, _("通行密钥已删除。"))


@dangerous
def rename_passkey(request: HttpRequest, public_id: UUID) -> None:
    form = PasskeyRenameForm(request.POST)
    mine = Passkey.objects.filter(account=owner_of(request), public_id=public_id)
    if form.is_valid() and mine.update(name=form.cleaned_data["name"]):
        messages.success(request, _("名称已改。"))


@dangerous
def turn_contact(request: HttpRequest) -> None:
    by, account = actor_of(request), owner_of(request)
    if request.POST.get("on"):
        contacts.turn_on(by=by, account=account)
        messages.success(request, _("以后登录时会向您的手机发验证码。"))
    elif removal.remove_contact(by=by, account=account):
        messages.success(request, _("登录时不再发短信验证码。"))


@dangerous
def new_recovery_codes(request: HttpRequest) -> HttpResponse:
    account = owner_of(request)
    if not factors_of(account).is_on:
        raise Http404
    codes = recovery_codes.issue(by=actor_of(request), account=account)
    return render(request, "identity/recovery_codes.html", {"codes": codes, "after": reverse("identity:factors")})


@require_POST
def forget_browser(request: HttpRequest, public_id: UUID) -> HttpResponse:
    if remembered.forget(by=actor_of(request), account=owner_of(request), public_id=public_id):
        messages.success(request, _("那台设备不再被记住，下次登录要第二步验证。"))
    return HttpResponseRedirect(reverse("identity:factors"))


@require_POST
def forget_browsers(request: HttpRequest) -> HttpResponse:
    count = remembered.forget(by=actor_of(request), account=owner_of(request))
    messages.success(request, _("已忘记 %(count)d 台设备。") % {"count": count})
    return HttpResponseRedirect(reverse("identity:factors"))
