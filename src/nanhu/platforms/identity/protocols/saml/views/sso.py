"""/saml/sso: partners send people here to be signed in, and /saml/start: people go to a partner from here."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from nanhu.platforms.identity import gate
from nanhu.platforms.identity.current import session_or_none
from nanhu.platforms.identity.policies import open_after_setup
from nanhu.platforms.identity.protocols.saml import messages, names, requests, rules
from nanhu.platforms.identity.protocols.saml.addresses import own
from nanhu.platforms.identity.protocols.saml.engine import require_program
from nanhu.platforms.identity.protocols.saml.errors import MessageRefusedError, UnknownPartnerError
from nanhu.platforms.identity.protocols.saml.requests import AuthnRequest
from nanhu.platforms.identity.protocols.saml.sending import form_page
from nanhu.platforms.identity.protocols.saml.services import answers
from nanhu.platforms.identity.protocols.saml.services.attributes import releases_persistent
from nanhu.platforms.identity.protocols.saml.services.issuing import issue
from nanhu.platforms.identity.protocols.saml.services.keys import signing_pair
from nanhu.platforms.identity.protocols.saml.services.partners import Known, partner_with
from nanhu.platforms.identity.protocols.saml.signatures import check_signature

type View = Callable[..., HttpResponse]


def needs_xmlsec(view: View) -> View:
    """Where xmlsec1 is missing these pages say so (503); the rest of the campus works."""

    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        require_program()
        return view(request, *arguments, **options)

    return guarded


@csrf_exempt
@open_after_setup
@require_http_methods(["GET", "POST"])
@needs_xmlsec
def sso(request: HttpRequest) -> HttpResponse:
    """An AuthnRequest by redirect or by form. A form goes on by redirect, so that the browser brings our cookie."""
    received = messages.received(request)
    if received.kind != "AuthnRequest":
        raise MessageRefusedError(why="not an AuthnRequest")
    messages.check_destination(received, ours=own("saml_sso"))
    partner = partner_with(received.issuer)
    check_signature(received, certificates=partner.facts.signing, is_required=partner.facts.signs_requests)
    authn_request = requests.authn_request_of(received, partner.facts)
    if request.method == "POST":
        return HttpResponseRedirect(requests.address_of(authn_request), status=303)
    return go_on(request, partner, authn_request, back=requests.address_of(authn_request))


@open_after_setup
@require_GET
@needs_xmlsec
def go_on_with(request: HttpRequest) -> HttpResponse:
    """Back from the sign-in page, or from the form of a partner."""
    authn_request = requests.authn_request_behind(request.GET.get("request", ""))
    partner = partner_with(authn_request.partner)
    if partner.facts.consumer(url=authn_request.consumer) is None:
        raise MessageRefusedError(why="its AssertionConsumerService is not in its metadata")
    return go_on(request, partner, authn_request, back=request.get_full_path())


@open_after_setup
@require_GET
@needs_xmlsec
def start(request: HttpRequest) -> HttpResponse:
    """Begun on our side (unsolicited): only to applications with a record of their own."""
    partner = partner_with(request.GET.get("entity", ""))
    if not partner.is_registered:
        raise UnknownPartnerError(entity_id=partner.entity_id[:200])
    target = request.GET.get("target", "")
    consumer = partner.facts.consumer()
    if consumer is None or len(target.encode()) > rules.LONGEST_RELAY_STATE:
        raise MessageRefusedError(why="target")
    authn_request = AuthnRequest(partner=partner.entity_id, consumer=consumer.location, relay_state=target)
    return go_on(request, partner, authn_request, back=request.get_full_path())


def go_on(request: HttpRequest, partner: Known, authn_request: AuthnRequest, *, back: str) -> HttpResponse:
    """Through the gate that every protocol passes, towards a response.

    `back` names this request to the gate, which asks for a fresh proof once for each: it must stay the same on the way.
    """
    if authn_request.problem:
        return refuse(request, authn_request, names.REQUESTER, authn_request.problem)
    name_format = rules.name_format(
        authn_request.name_format,
        partner.facts.name_formats,
        releases_persistent=releases_persistent(partner.application),
    )
    if name_format is None:
        return refuse(request, authn_request, names.REQUESTER, "InvalidNameIDPolicy")
    if not rules.acceptable(authn_request.contexts):
        return refuse(request, authn_request, names.RESPONDER, "NoAuthnContext")
    passage = gate.passage(request, application=partner.application, demand=demand_of(request, authn_request, back))
    if passage.session is None:
        return passage.response or refuse(
            request, authn_request, names.RESPONDER, STATUSES[passage.missing or gate.Missing.SIGN_IN]
        )
    context = rules.context_to_assert(
        authn_request.contexts, has_second_factor=passage.session.second_factor_at is not None
    )
    message = issue(
        session=passage.session,
        partner=partner,
        authn_request=authn_request,
        name_format=name_format,
        context=context or names.PASSWORD,
    )
    if message is None:  # ended elsewhere in this very moment
        return HttpResponseRedirect(back)
    return form_page(
        request,
        message=message,
        parameter="SAMLResponse",
        address=authn_request.consumer,
        relay_state=authn_request.relay_state,
    )


STATUSES = {
    gate.Missing.SIGN_IN: "NoPassive",
    gate.Missing.FRESH_SIGN_IN: "NoPassive",
    gate.Missing.SECOND_FACTOR: "NoPassive",
    gate.Missing.RIGHT: "RequestDenied",
}


def demand_of(request: HttpRequest, authn_request: AuthnRequest, back: str) -> gate.Demand:
    session = session_or_none(request)
    has_second_factor = session is not None and session.second_factor_at is not None
    return gate.Demand(
        must_renew=authn_request.must_renew,
        second_factor=rules.context_to_assert(authn_request.contexts, has_second_factor=has_second_factor) is None,
        is_passive=authn_request.is_passive,
        back=back,
    )


def refuse(request: HttpRequest, authn_request: AuthnRequest, first: str, second: str) -> HttpResponse:
    """Tell the partner, which knows what to do; its address is one of its metadata."""
    message = answers.refusal(
        consumer=authn_request.consumer,
        in_response_to=authn_request.request_id,
        pair=signing_pair(),
        first=first,
        second=second,
    )
    return form_page(
        request,
        message=message,
        parameter="SAMLResponse",
        address=authn_request.consumer,
        relay_state=authn_request.relay_state,
    )
