"""Signing in by passkey: alone on the sign-in page, or as the second step."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from nanhu.kernel.actors import actor_of
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity import devices
from nanhu.platforms.identity.factors import admission
from nanhu.platforms.identity.factors.forms import PasskeyForm
from nanhu.platforms.identity.factors.services import attempts, passkey_proofs, passkeys
from nanhu.platforms.identity.factors.services.overview import PASSKEY, factors_of
from nanhu.platforms.identity.factors.views import second
from nanhu.platforms.identity.factors.views.add import challenge_in_session, handed
from nanhu.platforms.identity.factors.views.who import challenged_user, known_browser
from nanhu.platforms.identity.forms import SignInForm
from nanhu.platforms.identity.pages import next_path, sign_in_form
from nanhu.platforms.identity.policies import open_after_setup, open_page
from nanhu.platforms.identity.services import contact_names, sign_in_log

SIGN_IN_CHALLENGE, SECOND_CHALLENGE = "identity.passkey_sign_in", "identity.passkey_second"


@open_page
@require_POST
def sign_in_options(request: HttpRequest) -> HttpResponse:
    attempts.count_stranger(devices.caller_in(request))
    return handed(request, SIGN_IN_CHALLENGE, passkeys.ask_to_prove())


@open_page
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Possession and the device's own check of its user: two factors in one."""
    after = next_path(request)
    form = PasskeyForm(request.POST)
    try:
        passkey = passkey_proofs.prove(
            by=actor_of(request),
            question=challenge_in_session(request, SIGN_IN_CHALLENGE),
            answer=form.data.get("credential", ""),
        )
    except CampusError as error:
        sign_in_log.refused(by=actor_of(request), campus_no="", reason=sign_in_log.Reason.OTHER, how="hwk")
        page = SignInForm({"username": "-", "password": "-"})
        page.full_clean()
        page.add_error(None, error.message)
        return sign_in_form(request, page, after=after, status=error.http_status)
    response = admission.admit(
        request,
        account=passkey.account,
        campus_no=contact_names.number_of(passkey.account),
        methods=(passkeys.method_of(passkey), "mfa"),
        after=after,
    )
    response.cookies.pop(devices.COOKIE, None)  # nobody said that this device is his own
    return response


@open_after_setup
@require_POST
def second_options(request: HttpRequest) -> HttpResponse:
    who = challenged_user(request)
    if who is None:
        return HttpResponse(status=403)
    return handed(request, SECOND_CHALLENGE, passkeys.ask_to_prove(account=who.account))


@open_after_setup
@require_POST
def second_proof(request: HttpRequest) -> HttpResponse:
    who = challenged_user(request)
    if who is None:
        return HttpResponseRedirect(reverse("identity:sign_in"))
    by = actor_of(request)
    try:
        with attempts.counted(
            by=by,
            account=who.account,
            known_browser=known_browser(request, who),
            how="hwk",
            application=who.application,
        ):
            passkey = passkey_proofs.prove(
                by=by,
                question=challenge_in_session(request, SECOND_CHALLENGE),
                answer=request.POST.get("credential", ""),
                account=who.account,
            )
    except CampusError as error:
        facts = second.facts_of(request, who, factors_of(who.account), PASSKEY)
        return render(
            request, "identity/second_factor.html", facts | {"refusal": error.message}, status=error.http_status
        )
    return second.done(request, who, method=passkeys.method_of(passkey))
