"""/oidc/authorize: browsers come with an application's request and go back with a code, or with the reason why not."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from nanhu.kernel.clock import now
from nanhu.platforms.identity import gate
from nanhu.platforms.identity.current import session_or_none
from nanhu.platforms.identity.middleware import AFTER_SETUP
from nanhu.platforms.identity.models import Account, SsoSession
from nanhu.platforms.identity.policies import open_page
from nanhu.platforms.identity.protocols.oidc import responses, rules
from nanhu.platforms.identity.protocols.oidc.errors import (
    AccessDeniedError,
    ConsentRequiredError,
    InteractionRequiredError,
    LoginRequiredError,
    OAuth2Error,
    RequestExpiredError,
)
from nanhu.platforms.identity.protocols.oidc.models import OidcClient
from nanhu.platforms.identity.protocols.oidc.requests import (
    AuthorizationRequest,
    authorization_request_of,
    destination_of,
    refusal,
    requested_values,
)
from nanhu.platforms.identity.protocols.oidc.services import claims, codes, consents, pending, subjects
from nanhu.platforms.identity.queries import card_of

RESUME = "resume"
LONGEST_REQUEST = 16_000
PASSIVE_ANSWERS: dict[gate.Missing, type[OAuth2Error]] = {
    gate.Missing.SIGN_IN: LoginRequiredError,
    gate.Missing.FRESH_SIGN_IN: LoginRequiredError,
    gate.Missing.SECOND_FACTOR: InteractionRequiredError,
    gate.Missing.RIGHT: AccessDeniedError,
}


@csrf_exempt
@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """A form sent by another site brings no session cookie (SameSite=Lax): it comes again by GET, which does."""
    if request.method == "POST":
        return HttpResponseRedirect(f"{request.path}?{request.POST.urlencode()}")
    if request.method == "HEAD" or len(request.META.get("QUERY_STRING", "")) > LONGEST_REQUEST:
        return HttpResponse(status=200 if request.method == "HEAD" else 414)
    waiting = waiting_for(request)
    params = request.GET if waiting is None else QueryDict(waiting.query)
    destination = destination_of(params)
    try:
        return go_on(request, authorization_request_of(params, destination), waiting)
    except OAuth2Error as error:
        forget(waiting)
        return responses.refusal_to_client(request, destination, error)


def waiting_for(request: HttpRequest) -> pending.Pending | None:
    if RESUME not in request.GET:
        return None
    found = pending.find(request.GET[RESUME])
    if found is None:
        raise RequestExpiredError
    return found


def address_of(waiting: pending.Pending) -> str:
    return f"{reverse('identity:oidc_authorize')}?{urlencode({RESUME: waiting.token})}"


def kept(request: HttpRequest, auth_request: AuthorizationRequest) -> pending.Pending:
    if session_or_none(request) is not None:
        return pending.keep(auth_request.query)
    return pending.keep_for_stranger(auth_request.query, address=request.META.get("REMOTE_ADDR", ""))


def forget(waiting: pending.Pending | None) -> None:
    if waiting is not None:
        pending.done(waiting)


def go_on(request: HttpRequest, auth_request: AuthorizationRequest, waiting: pending.Pending | None) -> HttpResponse:
    """Signed in, freshly, allowed (the gate); as the person meant; with consent. Then a code."""
    session = session_or_none(request)
    if request.user.is_authenticated and request.user.state != Account.State.ACTIVE:
        return to_setup(request, auth_request, waiting)
    missing = what_is_missing(request, auth_request, session, waiting)
    if missing is not None or session is None:
        return at_the_gate(request, auth_request, waiting, missing or gate.Missing.SIGN_IN)
    if not is_meant(auth_request, session):
        return choose_account(request, auth_request, waiting, is_other=True)
    if "select_account" in auth_request.prompts and not was_chosen(session, waiting):
        return choose_account(request, auth_request, waiting, is_other=False)
    consent_request = consent_request_of(auth_request, waiting)
    if consents.is_needed(
        account=session_account(request), client=auth_request.client, consent_request=consent_request
    ):
        return ask_consent(request, auth_request, waiting, session)
    return hand_over(request, auth_request, waiting, session)


def what_is_missing(
    request: HttpRequest,
    auth_request: AuthorizationRequest,
    session: SsoSession | None,
    waiting: pending.Pending | None,
) -> gate.Missing | None:
    if session is not None and is_stale(auth_request, session, waiting):
        return gate.Missing.FRESH_SIGN_IN
    demand = gate.Demand(second_factor=auth_request.wants_second_factor, is_passive=True)
    return gate.passage(request, application=auth_request.client.application, demand=demand).missing


def is_stale(auth_request: AuthorizationRequest, session: SsoSession, waiting: pending.Pending | None) -> bool:
    """Freshness is measured against the moment this request was first made: who has signed in since is not asked again,
    also when `max_age` is shorter than signing in takes. (The gate's own note would be one for all our requests.)
    """
    if waiting is not None and session.authenticated_at >= waiting.requested_at:
        return False
    is_old = auth_request.max_age is not None and now() - session.authenticated_at > auth_request.max_age
    return "login" in auth_request.prompts or is_old


def at_the_gate(
    request: HttpRequest, auth_request: AuthorizationRequest, waiting: pending.Pending | None, missing: gate.Missing
) -> HttpResponse:
    """Without a page: say what is missing. With one: let the gate show it, and come back to this request."""
    if auth_request.is_passive:
        raise refusal(PASSIVE_ANSWERS[missing])
    waiting = waiting or kept(request, auth_request)
    back = address_of(waiting)
    if missing is gate.Missing.FRESH_SIGN_IN:
        return in_language_of(auth_request, with_login_hint(auth_request, gate.to_page("identity:sign_in_again", back)))
    demand = gate.Demand(second_factor=auth_request.wants_second_factor, back=back)
    passage = gate.passage(request, application=auth_request.client.application, demand=demand)
    return in_language_of(auth_request, with_login_hint(auth_request, passage.response or HttpResponseRedirect(back)))


def with_login_hint(auth_request: AuthorizationRequest, response: HttpResponse) -> HttpResponse:
    """Whom the application expects, for the sign-in page to fill in."""
    if auth_request.login_hint and isinstance(response, HttpResponseRedirect):
        response["Location"] = f"{response.url}&{urlencode({'login_hint': auth_request.login_hint})}"
    return response


def in_language_of(auth_request: AuthorizationRequest, response: HttpResponse) -> HttpResponse:
    """The first of ui_locales that we speak, for this browser's window."""
    language = language_of(auth_request)
    if language is not None and isinstance(response, HttpResponseRedirect):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax", httponly=True)
    return response


def language_of(auth_request: AuthorizationRequest) -> str | None:
    for wanted in auth_request.ui_locales:
        tag = wanted.lower()
        if tag.split("-")[0] == "zh":
            return "zh-hans"
        if tag.split("-")[0] == "en":
            return "en"
    return None


def to_setup(request: HttpRequest, auth_request: AuthorizationRequest, waiting: pending.Pending | None) -> HttpResponse:
    """Somebody who must first set up the account comes back here afterwards."""
    if auth_request.is_passive:
        raise InteractionRequiredError
    waiting = waiting or pending.keep(auth_request.query)
    request.session[AFTER_SETUP] = address_of(waiting)
    return HttpResponseRedirect(reverse("identity:setup"))


def session_account(request: HttpRequest) -> Account:
    if not isinstance(request.user, Account):
        raise LoginRequiredError
    return request.user


def is_meant(auth_request: AuthorizationRequest, session: SsoSession) -> bool:
    """Is the person signed in the one the application named (id_token_hint, or `sub` in the claims parameter)?"""
    named = [str(auth_request.hint["sub"])] if auth_request.hint is not None else []
    requested_subjects = requested_values(auth_request.claims.get("id_token", {}).get("sub")) or requested_values(
        auth_request.claims.get("userinfo", {}).get("sub")
    )
    if not named and not requested_subjects:
        return True
    account = session.account
    subject = subjects.subject_of(
        client=auth_request.client, account=account, card=card_of(account), campus_no=session.campus_no
    )
    return all(one == subject for one in named) and (not requested_subjects or subject in requested_subjects)


def was_chosen(session: SsoSession, waiting: pending.Pending | None) -> bool:
    """By signing in for this request, or by saying yes to the account shown."""
    if waiting is None:
        return False
    return session.authenticated_at >= waiting.requested_at or waiting.chosen_session_id == session.pk


def choose_account(
    request: HttpRequest, auth_request: AuthorizationRequest, waiting: pending.Pending | None, *, is_other: bool
) -> HttpResponse:
    if auth_request.is_passive:
        raise LoginRequiredError
    waiting = waiting or pending.keep(auth_request.query)
    context = {"client": auth_request.client, "waiting": waiting.token, "is_other": is_other}
    with translation.override(language_of(auth_request) or translation.get_language()):
        return render(request, "identity/oidc_choose.html", context)


def consent_request_of(auth_request: AuthorizationRequest, waiting: pending.Pending | None) -> consents.ConsentRequest:
    return consents.ConsentRequest(
        scopes=auth_request.scopes,
        claims=auth_request.single_claims,
        must_ask="consent" in auth_request.prompts,
        since=waiting.requested_at if waiting is not None else None,
    )


def ask_consent(
    request: HttpRequest, auth_request: AuthorizationRequest, waiting: pending.Pending | None, session: SsoSession
) -> HttpResponse:
    if auth_request.is_passive:
        raise ConsentRequiredError
    waiting = waiting or pending.keep(auth_request.query)
    card = card_of(session_account(request))
    context = {
        "client": auth_request.client,
        "application": auth_request.client.application,
        "waiting": waiting.token,
        "shown": claims.explained(auth_request=auth_request, card=card, campus_no=session.campus_no),
        "is_pairwise": auth_request.client.subject == OidcClient.Subject.PAIRWISE,
        "acts_alone": rules.OFFLINE in auth_request.scopes,
    }
    with translation.override(language_of(auth_request) or translation.get_language()):
        return render(request, "identity/oidc_consent.html", context)


def hand_over(
    request: HttpRequest, auth_request: AuthorizationRequest, waiting: pending.Pending | None, session: SsoSession
) -> HttpResponse:
    """The consent is looked at again as the code is made: it may have been withdrawn since."""
    consent_request = consent_request_of(auth_request, waiting)
    try:
        code = codes.issue(auth_request=auth_request, session_id=session.pk, consent_request=consent_request)
    except ConsentRequiredError:
        return ask_consent(request, auth_request, waiting, session)
    if code is None:
        raise LoginRequiredError
    forget(waiting)
    return responses.to_client(request, auth_request.destination, {"code": code})
