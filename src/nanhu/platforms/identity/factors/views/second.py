"""The second step (第二步验证): one page, the ways this person has, in order."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from nanhu.kernel.actors import actor_of
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.factors import admission
from nanhu.platforms.identity.factors.forms import CodeForm, RecoveryCodeForm
from nanhu.platforms.identity.factors.services import contacts, pending, second_step
from nanhu.platforms.identity.factors.services.overview import CONTACT, PASSKEY, RECOVERY, TOTP, Factors, factors_of
from nanhu.platforms.identity.factors.services.strengthen import strengthen
from nanhu.platforms.identity.factors.views.who import ChallengedUser, challenged_user, known_browser
from nanhu.platforms.identity.pages import next_path
from nanhu.platforms.identity.policies import open_after_setup

SENT_TO = "identity.second_step_sent_to"
NAMES = {
    PASSKEY: _("通行密钥"),
    TOTP: _("动态口令"),
    CONTACT: _("短信或邮件验证码"),
    RECOVERY: _("恢复码"),
}


@open_after_setup
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    who = challenged_user(request)
    if who is None:
        return HttpResponseRedirect(f"{reverse('identity:sign_in')}?{urlencode({'next': next_path(request)})}")
    if who.session is not None and who.session.second_factor_at is not None:
        return HttpResponseRedirect(who.after)
    factors = factors_of(who.account)
    if factors.must_enrol:
        return render(request, "identity/second_factor_enrol.html", {"who": who, "factors": factors})
    if not factors.ways:
        return render(request, "identity/second_factor_none.html", {"who": who})
    return ask_for_code(request, who, factors)


def ask_for_code(request: HttpRequest, who: ChallengedUser, factors: Factors) -> HttpResponse:
    way = way_of(request, factors)
    form = form_for(way, request)
    if not form.is_bound or not form.is_valid():
        return page(request, who, factors, way, form)
    try:
        method = second_step.try_code(
            by=actor_of(request),
            account=who.account,
            factors=factors,
            way=way,
            code=form.cleaned_data["code"],
            known_browser=known_browser(request, who),
            application=who.application,
        )
    except CampusError as error:
        form.add_error("code", error.message)
        return page(request, who, factors, way, form, status=error.http_status)
    return done(request, who, method=method)


def way_of(request: HttpRequest, factors: Factors) -> str:
    wanted = request.POST.get("way") or request.GET.get("way") or ""
    return wanted if wanted in factors.ways else factors.ways[0]


def form_for(way: str, request: HttpRequest) -> CodeForm:
    data = request.POST if request.method == "POST" and "code" in request.POST else None
    return RecoveryCodeForm(data) if way == RECOVERY else CodeForm(data)


def page(
    request: HttpRequest, who: ChallengedUser, factors: Factors, way: str, form: CodeForm, *, status: int = 200
) -> HttpResponse:
    return render(
        request, "identity/second_factor.html", facts_of(request, who, factors, way) | {"form": form}, status=status
    )


def facts_of(request: HttpRequest, who: ChallengedUser, factors: Factors, way: str) -> dict[str, Any]:
    return {
        "who": who,
        "factors": factors,
        "way": way,
        "others": [(one, NAMES[one]) for one in factors.ways if one != way],
        "sent_to": request.session.get(SENT_TO, "") if way == CONTACT else "",
        "may_remember": who.step is not None and not factors.is_administrator,
    }


def done(request: HttpRequest, who: ChallengedUser, *, method: str) -> HttpResponse:
    if who.step is not None:
        return admission.complete(
            request, step=who.step, method=method, is_remembered=request.POST.get("remember") == "on"
        )
    if who.session is not None:
        strengthen(request, session=who.session, method=method)
    return HttpResponseRedirect(who.after)


@open_after_setup
@require_POST
def send_code(request: HttpRequest) -> HttpResponse:
    """A message to the verified contact, for whom it is offered."""
    who = challenged_user(request)
    if who is None:
        return HttpResponseRedirect(reverse("identity:sign_in"))
    factors = factors_of(who.account)
    back = f"{reverse('identity:second_factor')}?{urlencode({'way': CONTACT, 'next': who.after})}"
    if CONTACT not in factors.ways:
        return HttpResponseRedirect(back)
    try:
        request.session[SENT_TO] = contacts.send(by=actor_of(request), account=who.account)
    except CampusError as error:
        form = CodeForm({"code": "-"})
        form.full_clean()
        form.add_error(None, error.message)
        return page(request, who, factors, CONTACT, form, status=error.http_status)
    return HttpResponseRedirect(back)


@open_after_setup
@require_POST
def give_up(request: HttpRequest) -> HttpResponse:
    """Back to the first step, as somebody else perhaps."""
    pending.forget(request)
    return HttpResponseRedirect(reverse("identity:sign_in"))
