"""/saml/slo: a partner asks to end a session, by redirect, by form, or machine to machine by SOAP."""

from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from saml2 import samlp

from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.identity.policies import open_page
from nanhu.platforms.identity.protocols.saml import messages, names, replies
from nanhu.platforms.identity.protocols.saml.addresses import own
from nanhu.platforms.identity.protocols.saml.errors import MessageRefusedError
from nanhu.platforms.identity.protocols.saml.messages import Received
from nanhu.platforms.identity.protocols.saml.replies import Reply
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


@csrf_exempt
@open_page
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
    reply = reply_to(received, partner, ended)
    if shows_pages(request) and replies.wants_a_browser(ended.sessions, received.binding):
        return HttpResponseRedirect(replies.address_of(reply), status=303)  # a form came without our cookie
    mine = reply.session_of(browser_session_id(request))
    if mine is not None:
        logout(request)
    return sign_out.remember(answer(request, reply, partner, mine), mine)


@open_page
@require_GET
@needs_xmlsec
def slo_answer(request: HttpRequest) -> HttpResponse:
    """The applications that hear by this browser alone are told first, then the partner has its answer."""
    reply = replies.reply_behind(request.GET.get("reply", ""))
    partner, mine = partner_with(reply.partner), reply.session_of(browser_session_id(request))
    if mine is not None and "walked" not in request.GET:
        return sign_out.leave(request, mine, address=replies.address_of(reply, is_walked=True), name=partner.name)
    return answer(request, reply, partner, mine)


def shows_pages(request: HttpRequest) -> bool:
    """In a frame of the partner's our page would not be shown, and the way back to the partner would end there."""
    return request.headers.get("Sec-Fetch-Dest", "document") == "document"


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
    """Of this browser, also where the session has just ended."""
    ended: int | None = request.ended_session_id  # type: ignore[attr-defined]
    found: int | None = request.session.get(sessions.SESSION_ID, ended)
    return found


def reply_to(received: Received, partner: Known, ended: Ended) -> Reply:
    return Reply(
        partner=partner.entity_id,
        binding=received.binding,
        request_id=received.message.id,
        relay_state=received.relay_state,
        is_known=ended.is_known,
        sessions=tuple(str(one.public_id) for one in ended.sessions),
    )


def answer(request: HttpRequest, reply: Reply, partner: Known, mine: SsoSession | None) -> HttpResponse:
    """Back to the partner, by the binding it used where it takes answers by it; a page of ours where it takes none."""
    preferred = (reply.binding, *(one for one in FRONT if one != reply.binding))
    endpoint = partner.facts.logout(*preferred)
    if endpoint is None:
        return sign_out.signed_out(request, mine)
    address = endpoint.response_location or endpoint.location
    message = response_to(reply, address)
    if endpoint.binding == names.REDIRECT:
        return HttpResponseRedirect(
            redirect_address(
                message,
                parameter="SAMLResponse",
                address=address,
                relay_state=reply.relay_state,
                pair=signing_pair(),
            )
        )
    text = answers.signed(message, signing_pair())
    return form_page(request, message=text, parameter="SAMLResponse", address=address, relay_state=reply.relay_state)


def response_to(reply: Reply, address: str) -> Any:
    """Success also where the session had ended already: nobody is signed in there any more.

    Applications that hear behind the browser are told by the worker, again and again; nobody waits for them here.
    """
    return answers.logout_response(address=address, in_response_to=reply.request_id, status=status_for(reply))


def status_for(reply: Reply) -> samlp.Status:
    if reply.is_known:
        return answers.status_of(names.SUCCESS)
    return answers.status_of(names.REQUESTER, "UnknownPrincipal")


@csrf_exempt
@open_page
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
    return xml(envelope(answers.signed(response_to(reply_to(received, partner, ended), ""), signing_pair())))


def xml(body: bytes, *, status: int = 200) -> HttpResponse:
    return HttpResponse(body, content_type="text/xml; charset=utf-8", status=status)


def fault(why: str) -> bytes:
    safe = "".join(one for one in why if one.isalnum() or one in " ,.-")
    return envelope(f"<soap:Fault><faultcode>soap:Client</faultcode><faultstring>{safe}</faultstring></soap:Fault>")
