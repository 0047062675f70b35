"""/saml/slo: a partner asks to end a session, by redirect, by form, or machine to machine by SOAP."""

from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from saml2 import samlp

from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.identity.policies import open_during_setup
from nanhu.platforms.identity.protocols.saml import messages, names
from nanhu.platforms.identity.protocols.saml.addresses import own
from nanhu.platforms.identity.protocols.saml.errors import MessageRefusedError
from nanhu.platforms.identity.protocols.saml.messages import Received
from nanhu.platforms.identity.protocols.saml.sending import envelope, form_page, redirect_address
from nanhu.platforms.identity.protocols.saml.services import answers
from nanhu.platforms.identity.protocols.saml.services.keys import signing_pair
from nanhu.platforms.identity.protocols.saml.services.logouts import Ended, end_for_partner, take_answer
from nanhu.platforms.identity.protocols.saml.services.partners import Known, partner_with
from nanhu.platforms.identity.protocols.saml.signatures import check_signature
from nanhu.platforms.identity.protocols.saml.views.sso import needs_xmlsec
from nanhu.platforms.identity.services import sessions
from nanhu.platforms.identity.views import sign_out

FRONT = (names.REDIRECT, names.POST)


@login_not_required
@open_during_setup
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
@needs_xmlsec
def slo(request: HttpRequest) -> HttpResponse:
    received = messages.received(request)
    if received.kind == "LogoutResponse":  # to what this browser brought the partner; it ends nothing
        answered = trusted(received, ours=own("saml_slo"), kind="LogoutResponse")
        take_answer(partner=answered.entity_id, message=received.message)
        return sign_out.signed_out(request, None)
    partner = trusted(received, ours=own("saml_slo"))
    ended = end_for_partner(
        partner=partner.entity_id, message=received.message, browser_session_id=browser_session_id(request)
    )
    mine = own_session(request, ended)
    if mine is not None:
        logout(request)
    return sign_out.remember(answer(request, received, partner, ended, mine), mine)


def trusted(received: Received, *, ours: str, kind: str = "LogoutRequest") -> Known:
    """The partner whose signature the message bears; without a good one nothing ends."""
    if received.kind != kind:
        raise MessageRefusedError(why=f"not a {kind}")
    messages.check_destination(received, ours=ours)
    partner = partner_with(received.issuer)
    check_signature(received, certificates=partner.facts.signing, is_required=True)
    until = getattr(received.message, "not_on_or_after", None)
    end = messages.moment_of(until) if until else None
    if until and (end is None or end <= now()):
        raise MessageRefusedError(why="its time is over")
    return partner


def browser_session_id(request: HttpRequest) -> int | None:
    found: int | None = request.session.get(sessions.SESSION_ID)
    return found


def own_session(request: HttpRequest, ended: Ended) -> SsoSession | None:
    return next((one for one in ended.sessions if one.pk == browser_session_id(request)), None)


def answer(
    request: HttpRequest, received: Received, partner: Known, ended: Ended, mine: SsoSession | None
) -> HttpResponse:
    """Back to the partner, by the binding it used where it takes answers by it; a page of ours where it takes none."""
    preferred = (received.binding, *(one for one in FRONT if one != received.binding))
    endpoint = partner.facts.logout(*preferred)
    if endpoint is None:
        return sign_out.signed_out(request, mine)
    address = endpoint.response_location or endpoint.location
    message = response_to(received, ended, address)
    relay_state = received.relay_state
    if endpoint.binding == names.REDIRECT:
        return HttpResponseRedirect(
            redirect_address(
                message, parameter="SAMLResponse", address=address, relay_state=relay_state, pair=signing_pair()
            )
        )
    text = answers.signed(message, signing_pair())
    return form_page(request, message=text, parameter="SAMLResponse", address=address, relay_state=relay_state)


def response_to(received: Received, ended: Ended, address: str) -> Any:
    """Success also where the session had ended already: nobody is signed in there any more.

    The other applications are told by the worker, again and again until each has heard; we do not wait for them here.
    """
    status = status_for(ended)
    return answers.logout_response(address=address, in_response_to=received.message.id, status=status)


def status_for(ended: Ended) -> samlp.Status:
    if ended.is_known:
        return answers.status_of(names.SUCCESS)
    return answers.status_of(names.REQUESTER, "UnknownPrincipal")


@login_not_required
@open_during_setup
@csrf_exempt
@never_cache
@require_POST
def slo_soap(request: HttpRequest) -> HttpResponse:
    """The answer is always SOAP, a refusal a fault that says why to the partner's log."""
    try:
        return soap_answer(request)
    except CampusError as error:
        return xml(fault(str(error.facts.get("why", error.code))), status=error.http_status)


@needs_xmlsec
def soap_answer(request: HttpRequest) -> HttpResponse:
    received = messages.by_soap(request)
    partner = trusted(received, ours=own("saml_slo_soap"))
    ended = end_for_partner(partner=partner.entity_id, message=received.message, browser_session_id=None)
    return xml(envelope(answers.signed(response_to(received, ended, ""), signing_pair())))


def xml(body: bytes, *, status: int = 200) -> HttpResponse:
    return HttpResponse(body, content_type="text/xml; charset=utf-8", status=status)


def fault(why: str) -> bytes:
    safe = "".join(one for one in why if one.isalnum() or one in " ,.-")
    return envelope(f"<soap:Fault><faultcode>soap:Client</faultcode><faultstring>{safe}</faultstring></soap:Fault>")
