"""Tokens and app passwords: a list of what lives, made on one page, shown once."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from nanhu.kernel import registry
from nanhu.kernel.actors import actor_of
from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.personal.forms import AppPasswordForm, TokenForm
from nanhu.platforms.identity.personal.models import AccessToken, AppPassword
from nanhu.platforms.identity.personal.services import app_passwords, tokens
from nanhu.platforms.identity.policies import fresh_sign_in
from nanhu.platforms.identity.views.setup import owner_of


@never_cache
def tokens_page(request: HttpRequest) -> HttpResponse:
    return keys_page(request)


def keys_page(request: HttpRequest, **facts: object) -> HttpResponse:
    account = owner_of(request)
    live = AccessToken.objects.filter(account=account, revoked_at=None, expires_at__gt=now()).order_by("-created_at")
    rows = [(one, [title_of(scope) for scope in one.scopes]) for one in live]
    passwords = AppPassword.objects.filter(account=account, revoked_at=None).order_by("-created_at")
    return render(request, "identity/personal/tokens.html", {"tokens": rows, "passwords": passwords, **facts})


def title_of(scope: str) -> str:
    one = registry.personal_data.get(scope)
    return str(one.title) if one else scope


@never_cache
@fresh_sign_in()
@require_http_methods(["GET", "HEAD", "POST"])
def make_token(request: HttpRequest) -> HttpResponse:
    """The answer to the form shows the token; it stands on no other page, and a reload asks for a new one."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            _token, text = tokens.make(by=actor_of(request), account=owner_of(request), **form.cleaned_data)
            return keys_page(request, new_token=text)
        except CampusError as error:
            form.add_error(None, error.message)
    return render(request, "identity/personal/make_token.html", {"form": form})


@require_POST
def revoke_token(request: HttpRequest, public_id: UUID) -> HttpResponse:
    if tokens.revoke(by=actor_of(request), account=owner_of(request), public_id=public_id):
        messages.success(request, _("令牌已撤销，立即失效。"))
    return HttpResponseRedirect(reverse("identity:tokens"))


@never_cache
@fresh_sign_in()
@require_http_methods(["GET", "HEAD", "POST"])
def make_app_password(request: HttpRequest) -> HttpResponse:
    form = AppPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            text = app_passwords.make(by=actor_of(request), account=owner_of(request), **form.cleaned_data)
            return keys_page(request, new_password=text)
        except CampusError as error:
            form.add_error(None, error.message)
    return render(request, "identity/personal/make_app_password.html", {"form": form})


@require_POST
def revoke_app_password(request: HttpRequest, public_id: UUID) -> HttpResponse:
    if app_passwords.revoke(by=actor_of(request), account=owner_of(request), public_id=public_id):
        messages.success(request, _("应用专用密码已撤销，立即失效。"))
    return HttpResponseRedirect(reverse("identity:tokens"))
