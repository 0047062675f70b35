"""/login and /logout: browsers come for a ticket, and to end it all."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from nanhu.platforms.identity.errors import ServiceRefusedError
from nanhu.platforms.identity.forms import CasSignInForm
from nanhu.platforms.identity.models import Application, SsoSession
from nanhu.platforms.identity.policies import closed_during_setup, open_during_setup
from nanhu.platforms.identity.rules_urls import with_ticket
from nanhu.platforms.identity.services import sessions, tickets
from nanhu.platforms.identity.services.applications import application_for
from nanhu.platforms.identity.views.sign_in import answer, sign_in_form

WARN = "identity.cas_warn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the application asked for."""

    service: str
    application: Application | None
    must_renew: bool
    is_gateway: bool
    by_post: bool


def wish_of(request: HttpRequest) -> Wish:
    """A parameter that is set counts as set whatever its value; renew beats gateway; gateway needs a service."""
    services = request.GET.getlist("service")
    if len(services) > 1:
        raise ServiceRefusedError
    service = services[0] if services else ""
    must_renew = bool(request.GET.get("renew"))
    return Wish(
        service=service,
        application=application_for(service) if service else None,
        must_renew=must_renew,
        is_gateway=bool(request.GET.get("gateway")) and bool(service) and not must_renew,
        by_post=request.GET.get("method", "").upper() == "POST",
    )


def is_prefetch(request: HttpRequest) -> bool:
    purposes = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    return any("prefetch" in purpose.lower() or "preview" in purpose.lower() for purpose in purposes)


@login_not_required
@closed_during_setup
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    wish = wish_of(request)
    if request.method == "HEAD" or is_prefetch(request):
        return HttpResponse(status=200 if request.method == "HEAD" else 503)
    if request.method == "POST" and "password" in request.POST:
        return take_password(request, wish)
    return go_on(request, wish)


def go_on(request: HttpRequest, wish: Wish) -> HttpResponse:
    """With or without a session, towards a ticket."""
    session: SsoSession | None = request.sso_session  # type: ignore[attr-defined]
    if session is None and wish.is_gateway:
        return HttpResponseRedirect(wish.service)
    if session is None or wish.must_renew:
        return ask_for_password(request, wish)
    if wish.application is None:
        return render(request, "identity/cas_signed_in.html")
    if request.session.get(WARN) and request.method != "POST":
        return render(request, "identity/cas_warn.html", {"application": wish.application, "service": wish.service})
    return hand_over(request, wish, session=session, is_primary=False)


def ask_for_password(request: HttpRequest, wish: Wish) -> HttpResponse:
    return sign_in_form(
        request,
        CasSignInForm(),
        after=request.get_full_path(),
        application=wish.application,
        must_renew=wish.must_renew and request.user.is_authenticated,
    )


def take_password(request: HttpRequest, wish: Wish) -> HttpResponse:
    def welcome(request: HttpRequest) -> HttpResponse:
        request.session[WARN] = bool(request.POST.get("warn"))
        session = SsoSession.objects.get(pk=request.session[sessions.SESSION_ID])
        if wish.application is None:
            return HttpResponseRedirect("/")
        return hand_over(request, wish, session=session, is_primary=True)

    return answer(
        request,
        CasSignInForm(request.POST),
        after=request.get_full_path() if wish.service else "/",
        welcome=welcome,
        application=wish.application,
        must_renew=wish.must_renew and request.user.is_authenticated,
    )


def hand_over(request: HttpRequest, wish: Wish, *, session: SsoSession, is_primary: bool) -> HttpResponse:
    """Issue the ticket and send the browser back with it: always by GET, unless the application asked for a form."""
    if wish.application is None:
        raise ServiceRefusedError
    ticket = tickets.issue(application=wish.application, session=session, service=wish.service, is_primary=is_primary)
    if wish.by_post:
        return render(request, "identity/cas_post.html", {"service": wish.service, "ticket": ticket})
    return HttpResponseRedirect(with_ticket(wish.service, ticket))


@login_not_required
@open_during_setup
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def logout(request: HttpRequest) -> HttpResponse:
    """End the session. CAS 3 sends the browser on to a registered `service`; CAS 2's `url` is only offered as a link."""
    if request.method == "HEAD":
        return HttpResponse()
    sessions.close_session(request)
    back = registered(request.GET.get("service", ""))
    if back is not None:
        return HttpResponseRedirect(request.GET["service"])
    link = registered(request.GET.get("url", ""))
    facts = {"back_url": request.GET["url"], "back_name": link.name} if link else {}
    return render(request, "identity/signed_out.html", facts)


def registered(service: str) -> Application | None:
    try:
        return application_for(service) if service else None
    except ServiceRefusedError:
        return None
