"""Tokens and app passwords: a list of what lives, made on one page, shown once."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST

from nanhu.kernel import registry
from nanhu.kernel.actors import actor_of
from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError
from nanhu.kernel.kit import Empty, Markup, Moment, Table, Text, list_of
from nanhu.kernel.kit.submissions import once
from nanhu.kernel.ui import dates
from nanhu.platforms.identity.pages import owner_of
from nanhu.platforms.identity.personal.forms import AppPasswordForm, TokenForm
from nanhu.platforms.identity.personal.models import AccessToken, AppPassword
from nanhu.platforms.identity.personal.services import app_passwords, tokens
from nanhu.platforms.identity.policies import fresh_sign_in

NO_TOKENS = Empty(
    title=_lazy("还没有令牌"), icon="key-square", text=_lazy("需要时新建一个，选好它能读什么、用到哪天。")
)
NO_PASSWORDS = Empty(
    title=_lazy("还没有应用专用密码"), icon="mail", text=_lazy("在手机或电脑上收学校邮件之前，先来这里要一个。")
)


def title_of(scope: str) -> str:
    one = registry.personal_data.get(scope)
    return str(one.title) if one else scope


def use_of(one: AccessToken | AppPassword) -> str:
    if one.last_used_at is None:
        return _("还没有用过")
    return f"{dates.moment_words(one.last_used_at, now())} {one.last_used_from}"


class Tokens(Table):
    name = Text(_lazy("用途"), lambda one: f"{one.name} …{one.ending}")
    scopes = Text(_lazy("可以读取"), lambda one: "、".join(map(title_of, one.scopes)))
    expires_at = Moment(_lazy("到期"))
    use = Text(_lazy("上次使用"), use_of)
    revoke = Markup(_lazy("操作"), "identity/personal/_revoke.html")


class Passwords(Table):
    name = Text(_lazy("设备或程序"))
    service = Text(_lazy("用在哪里"), "get_service_display")
    created_at = Moment(_lazy("新建于"))
    use = Text(_lazy("上次使用"), use_of)
    revoke = Markup(_lazy("操作"), "identity/personal/_revoke.html")


def tokens_page(request: HttpRequest) -> HttpResponse:
    return keys_page(request)


def keys_page(request: HttpRequest, **facts: object) -> HttpResponse:
    account = owner_of(request)
    live = AccessToken.objects.filter(account=account, revoked_at=None, expires_at__gt=now()).order_by("-created_at")
    kept = AppPassword.objects.filter(account=account, revoked_at=None).order_by("-created_at")
    shown = {
        "tokens": list_of(request, Tokens, list(live), caption=_("个人访问令牌"), empty=NO_TOKENS),
        "passwords": list_of(request, Passwords, list(kept), caption=_("应用专用密码"), empty=NO_PASSWORDS),
    }
    return render(request, "identity/personal/tokens.html", {**shown, **facts})


def made_before(request: HttpRequest) -> HttpResponse:
    messages.info(request, _("这张表单已经提交过，没有再建一个。没看到新建的那个，就撤销它，重新新建。"))
    return HttpResponseRedirect(reverse("identity:tokens"))


def make_secret(
    request: HttpRequest, form: TokenForm | AppPasswordForm, *, page: str, shown_as: str, service: Callable[..., str]
) -> HttpResponse:
    """The answer to the form shows the secret; it stands on no other page, and a reload asks for a new one."""
    if form.is_valid():
        by, account, said = actor_of(request), owner_of(request), form.cleaned_data
        try:
            done = once(
                request,
                f"identity:{page}",
                lambda: service(by=by, account=account, **said),
                lambda _secret: reverse("identity:tokens"),
            )
        except CampusError as error:
            form.add_error(None, error.message)
        else:
            return keys_page(request, **{shown_as: done.made}) if done.is_new else made_before(request)
    return render(request, f"identity/personal/{page}.html", {"form": form})


@fresh_sign_in()
@require_http_methods(["GET", "HEAD", "POST"])
def make_token(request: HttpRequest) -> HttpResponse:
    form = TokenForm(request.POST if request.method == "POST" else None)
    return make_secret(
        request, form, page="make_token", shown_as="new_token", service=lambda **said: tokens.make(**said)[1]
    )


@require_POST
def revoke_token(request: HttpRequest, public_id: UUID) -> HttpResponse:
    if tokens.revoke(by=actor_of(request), account=owner_of(request), public_id=public_id):
        messages.success(request, _("令牌已撤销，立即失效。"))
    return HttpResponseRedirect(reverse("identity:tokens"))


@fresh_sign_in()
@require_http_methods(["GET", "HEAD", "POST"])
def make_app_password(request: HttpRequest) -> HttpResponse:
    form = AppPasswordForm(request.POST if request.method == "POST" else None)
    return make_secret(request, form, page="make_app_password", shown_as="new_password", service=app_passwords.make)


@require_POST
def revoke_app_password(request: HttpRequest, public_id: UUID) -> HttpResponse:
    if app_passwords.revoke(by=actor_of(request), account=owner_of(request), public_id=public_id):
        messages.success(request, _("应用专用密码已撤销，立即失效。"))
    return HttpResponseRedirect(reverse("identity:tokens"))
