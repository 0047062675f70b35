"""Adding a factor: by somebody signed in freshly, or by an administrator who has none, right between the two steps."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from nanhu.kernel.actors import actor_of
from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError
from nanhu.kernel.school import school
from nanhu.kernel.ui import dates, qr, words
from nanhu.platforms.identity import queries
from nanhu.platforms.identity.factors import admission
from nanhu.platforms.identity.factors.forms import CodeForm, PasskeyNameForm
from nanhu.platforms.identity.factors.services import attempts, new_devices, passkeys, recovery_codes, totp
from nanhu.platforms.identity.factors.services.overview import factors_of
from nanhu.platforms.identity.factors.services.strengthen import strengthen
from nanhu.platforms.identity.factors.views.who import ChallengedUser, challenged_user
from nanhu.platforms.identity.policies import fresh_sign_in, led_to, open_after_setup
from nanhu.platforms.identity.rules_urls import is_own_path

TOTP_SHOWN, REGISTRATION_CHALLENGE = "identity.totp_shown", "identity.passkey_register"
type View = Callable[..., HttpResponse]


def may_add(view: View) -> Callable[..., HttpResponseBase]:
    """Who has a strong factor proves it before adding another; who is between two steps may only add the first."""

    @open_after_setup
    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any) -> HttpResponseBase:
        who = challenged_user(request)
        if who is None:
            return led_to("identity:sign_in", request)
        factors = factors_of(who.account)
        if who.session is None and not factors.must_enrol:
            return HttpResponseRedirect(reverse("identity:second_factor"))
        if who.session is None:
            return view(request, who, *arguments)
        if factors.is_on and who.session.second_factor_at is None:
            return led_to("identity:second_factor", request)
        answer: HttpResponseBase = fresh_sign_in(view)(request, who, *arguments)
        return answer

    return guarded


@may_add
@sensitive_post_parameters("code")
@sensitive_variables()
@require_http_methods(["GET", "HEAD", "POST"])
def add_totp(request: HttpRequest, who: ChallengedUser) -> HttpResponse:
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            with attempts.counted(by=actor_of(request), account=who.account):
                totp.confirm(
                    by=actor_of(request),
                    account=who.account,
                    known=request.session.get(TOTP_SHOWN),
                    code=form.cleaned_data["code"],
                )
        except CampusError as error:
            form.add_error("code", error.message)
        else:
            notice = _("您的账号于 %(when)s 添加了动态口令。不是您本人？请立即修改密码。")
            return added(request, who, method="otp", notice=notice % {"when": dates.time_words(now())})
    factor = totp.waiting(who.account, known=request.session.get(TOTP_SHOWN))
    request.session[TOTP_SHOWN] = factor.pk
    secret = str(factor.secret)
    address = totp.address_of(secret, name=who.campus_no, issuer=school().name)
    context = {
        "form": form,
        "who": who,
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "address": address,
        "qr_code": qr.picture(address),
    }
    return render(request, "identity/add_totp.html", context)


@may_add
@require_http_methods(["GET", "HEAD", "POST"])
def add_passkey(request: HttpRequest, who: ChallengedUser) -> HttpResponse:
    form = PasskeyNameForm(request.POST or None, initial={"name": words.browser(request.headers.get("User-Agent", ""))})
    if request.method == "POST" and form.is_valid():
        try:
            passkey = passkeys.register(
                by=actor_of(request),
                account=who.account,
                question=challenge_in_session(request, REGISTRATION_CHALLENGE),
                answer=form.cleaned_data["credential"],
                name=form.cleaned_data["name"],
            )
        except CampusError as error:
            form.add_error(None, error.message)
        else:
            notice = _("您的账号于 %(when)s 添加了通行密钥“%(name)s”。不是您本人？请立即修改密码。")
            said = notice % {"when": dates.time_words(now()), "name": passkey.name}
            return added(request, who, method=passkeys.method_of(passkey), notice=said)
    return render(request, "identity/add_passkey.html", {"form": form, "who": who})


@may_add
@require_POST
def add_passkey_options(request: HttpRequest, who: ChallengedUser) -> HttpResponse:
    question = passkeys.ask_to_register(
        account=who.account, campus_no=who.campus_no, name=queries.card_of(who.account).name
    )
    return handed(request, REGISTRATION_CHALLENGE, question)


def handed(request: HttpRequest, place: str, question: passkeys.Question) -> HttpResponse:
    """The question goes to the browser; which one it was stays in its session."""
    request.session[place] = str(question.public_id)
    return HttpResponse(question.options, content_type="application/json")


def challenge_in_session(request: HttpRequest, place: str) -> UUID | None:
    kept = request.session.pop(place, None)
    return UUID(kept) if kept else None


def added(request: HttpRequest, who: ChallengedUser, *, method: str, notice: str) -> HttpResponse:
    """The new factor is proved by its first use: the second step is done. A first sheet of recovery codes comes along."""
    request.session.pop(TOTP_SHOWN, None)
    by, account = actor_of(request), who.account
    new_devices.notify(account, notice)
    codes = recovery_codes.issue(by=by, account=account) if not recovery_codes.left(account) else []
    if who.step is not None:
        onward = admission.complete(request, step=who.step, method=method)
    else:
        if who.session is not None:
            strengthen(request, session=who.session, method=method)
        onward = HttpResponseRedirect(after_adding(request))
    if not codes:
        return onward
    page = render(request, "identity/recovery_codes.html", {"codes": codes, "after": onward.headers["Location"]})
    page.cookies.update(onward.cookies)
    return page


def after_adding(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    return wanted if is_own_path(wanted) else reverse("identity:factors")
