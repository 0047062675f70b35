"""/logout ends it all; and what CAS says to an application whose session is over."""

from urllib.parse import quote
from xml.sax.saxutils import escape

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_http_methods

from nanhu.kernel.clock import now
from nanhu.platforms.identity.cas_answers import instant_of
from nanhu.platforms.identity.current import session_or_none
from nanhu.platforms.identity.errors import ServiceRefusedError
from nanhu.platforms.identity.models import Application, SsoGrant
from nanhu.platforms.identity.policies import open_page
from nanhu.platforms.identity.services import sessions
from nanhu.platforms.identity.services.applications import address_for, application_for
from nanhu.platforms.identity.services.single_logout import LogoutCall, UnreachableError, logout_calls
from nanhu.platforms.identity.views.sign_out import leave, signed_out

LOGOUT_REQUEST = (
    '<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="LR-{id}" Version="2.0" '
    'IssueInstant="{instant}"><saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">{user}</saml:NameID>'
    "<samlp:SessionIndex>{ticket}</samlp:SessionIndex></samlp:LogoutRequest>"
)
NOT_PLAIN = str.maketrans({"%": "", "+": "", "\r": "", "\n": ""})


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def logout(request: HttpRequest) -> HttpResponse:
    """End the session, at once or after a click. CAS 3 sends the browser on to a registered `service`; CAS 2's `url` is only offered as a link."""
    if request.method == "HEAD":
        return HttpResponse()
    if is_foreign_link(request):
        return render(request, "identity/cas_logout.html", {"application": registered(service_in(request))})
    session = sessions.close_session(request)
    target = registered(request.GET.get("service", ""))
    if target is not None:
        return leave(request, session, address=request.GET["service"], name=target.name)
    link = registered(request.GET.get("url", ""))
    back = {"back_url": request.GET["url"], "back_name": link.name} if link else {}
    return signed_out(request, session, **back)


def service_in(request: HttpRequest) -> str:
    return request.GET.get("service", "") or request.GET.get("url", "")


def is_foreign_link(request: HttpRequest) -> bool:
    """A page of another site sent the browser here: its owner is asked, or any link on the web could sign people out."""
    is_foreign = request.headers.get("Sec-Fetch-Site", "none") == "cross-site"
    return is_foreign and request.method == "GET" and session_or_none(request) is not None


def registered(service: str) -> Application | None:
    try:
        return application_for(service) if service else None
    except ServiceRefusedError:
        return None


def cas_call(grant: SsoGrant) -> LogoutCall:
    """To the address the application registered for this, or to the service that took the ticket, if it is still its."""
    address = grant.application.logout_url
    if not address:
        found, address = address_for(grant.service), grant.service
        if found is None or found.application_id != grant.application_id:
            raise UnreachableError("the address is not registered any more")
    return LogoutCall(address=address, body=logout_body(user=grant.user_name, ticket=grant.ticket))


def logout_body(*, user: str, ticket: str) -> bytes:
    """phpCAS decodes twice and reads line by line: no percent, no plus, no line break may stand in the XML."""
    xml = LOGOUT_REQUEST.format(
        id=get_random_string(24),
        instant=instant_of(now()),
        user=escape(user.translate(NOT_PLAIN)),
        ticket=ticket,
    )
    return b"logoutRequest=" + quote(xml, safe="").encode("ascii")


logout_calls["cas"] = cas_call
