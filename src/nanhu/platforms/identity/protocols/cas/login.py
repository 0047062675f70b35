"""/login: browsers come for a ticket."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from nanhu.platforms.identity import gate
from nanhu.platforms.identity.current import session_or_none
from nanhu.platforms.identity.errors import ServiceRefusedError
from nanhu.platforms.identity.forms import CasSignInForm
from nanhu.platforms.identity.models import Application, SsoSession
from nanhu.platforms.identity.pages import sign_in_form
from nanhu.platforms.identity.policies import open_after_setup
from nanhu.platforms.identity.rules_urls import with_ticket
from nanhu.platforms.identity.services import sessions, tickets
from nanhu.platforms.identity.services.applications import application_for
from nanhu.platforms.identity.views.sign_in import answer, empty_form

WARN = "identity.cas_warn"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRequest:
    """What the application asked for. `ticket_name` is the parameter it looks for its ticket in."""

    service: str
    application: Application | None
    must_renew: bool
    is_gateway: bool
    by_post: bool
    ticket_name: str = "ticket"


def login_request_of(request: HttpRequest) -> LoginRequest:
    """A parameter that is set counts as set whatever its value; renew beats gateway; gateway needs a service.

    Clients that validate by SAML 1.1 (Java's among them) name their service TARGET and wait for an artifact.
    """
    services = request.GET.getlist("service") + request.GET.getlist("TARGET")
    if len(services) > 1:
        raise ServiceRefusedError
    service = services[0] if services else ""
    must_renew = "renew" in request.GET
    return LoginRequest(
        service=service,
        application=application_for(service) if service else None,
        must_renew=must_renew,
        is_gateway="gateway" in request.GET and bool(service) and not must_renew,
        by_post=request.GET.get("method", "").upper() == "POST",
        ticket_name="SAMLart" if "TARGET" in request.GET else "ticket",
    )


@open_after_setup
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    login_request = login_request_of(request)
    if request.method == "HEAD":
        return HttpResponse()
    if request.method == "POST" and "password" in request.POST:
        return take_password(request, login_request)
    if login_request.application is None:
        return without_application(request, login_request)
    return go_on(request, login_request, login_request.application, must_renew=login_request.must_renew)


def without_application(request: HttpRequest, login_request: LoginRequest) -> HttpResponse:
    if session_or_none(request) is None or login_request.must_renew:
        return ask_for_password(request, login_request)
    return render(request, "identity/cas_signed_in.html")


def go_on(
    request: HttpRequest,
    login_request: LoginRequest,
    application: Application,
    *,
    must_renew: bool,
    is_primary: bool = False,
) -> HttpResponse:
    """Through the gate, towards a ticket. At a gateway nothing is shown: without passage, back without a ticket."""
    passed = gate.passage(
        request, application=application, demand=gate.Demand(must_renew=must_renew, is_passive=login_request.is_gateway)
    )
    if passed.session is None:
        return what_is_missing(request, login_request, passed)
    if request.session.get(WARN) and request.method != "POST":
        return render(request, "identity/cas_warn.html", {"application": application, "service": login_request.service})
    is_new = is_primary or must_renew
    return hand_over(request, login_request, application, session=passed.session, is_primary=is_new)


def what_is_missing(request: HttpRequest, login_request: LoginRequest, passed: gate.Passage) -> HttpResponse:
    if login_request.is_gateway:
        return HttpResponseRedirect(login_request.service)
    if passed.response is None or passed.missing in {gate.Missing.SIGN_IN, gate.Missing.FRESH_SIGN_IN}:
        return ask_for_password(request, login_request)
    return passed.response


def ask_for_password(request: HttpRequest, login_request: LoginRequest) -> HttpResponse:
    return sign_in_form(
        request,
        empty_form(request, CasSignInForm),
        after=request.get_full_path(),
        application=login_request.application,
        must_renew=login_request.must_renew and request.user.is_authenticated,
    )


def take_password(request: HttpRequest, login_request: LoginRequest) -> HttpResponse:
    """The password typed here is as fresh as can be: `renew` is met, also if a second factor comes between."""

    def welcome(request: HttpRequest) -> HttpResponse:
        request.session[WARN] = bool(request.POST.get("warn"))
        session = SsoSession.objects.get(pk=request.session[sessions.SESSION_ID])
        request.sso_session = session  # type: ignore[attr-defined]
        if login_request.application is None:
            return HttpResponseRedirect("/")
        if login_request.must_renew:
            gate.note_asking(request, request.get_full_path(), session.authenticated_at)
        return go_on(
            request, login_request, login_request.application, must_renew=login_request.must_renew, is_primary=True
        )

    return answer(
        request,
        CasSignInForm(request.POST),
        after=request.get_full_path() if login_request.service else "/",
        welcome=welcome,
        application=login_request.application,
        must_renew=login_request.must_renew and request.user.is_authenticated,
    )


def hand_over(
    request: HttpRequest,
    login_request: LoginRequest,
    application: Application,
    *,
    session: SsoSession,
    is_primary: bool,
) -> HttpResponse:
    """Issue the ticket and send the browser back with it: always by GET, unless the application asked for a form."""
    ticket = tickets.issue(
        application=application, session=session, service=login_request.service, is_primary=is_primary
    )
    if login_request.by_post:
        facts = {"service": login_request.service, "ticket": ticket, "ticket_name": login_request.ticket_name}
        return render(request, "identity/cas_post.html", facts)
    return HttpResponseRedirect(with_ticket(login_request.service, ticket, name=login_request.ticket_name))
