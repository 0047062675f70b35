"""/samlValidate: the same question in a SOAP envelope of SAML 1.1, as older clients ask it."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from xml.etree.ElementTree import Element, ParseError, TreeBuilder
from xml.parsers import expat

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.platforms.identity.cas_answers import all_attributes, attribute_of, instant_of, text_of
from nanhu.platforms.identity.policies import open_page
from nanhu.platforms.identity.protocols.cas.validation import LONGEST_TICKET, the_only
from nanhu.platforms.identity.services import tickets
from nanhu.platforms.identity.services.tickets import PREFIX, Assertion, Refusal

LARGEST_BODY = 32 * 1024
DEEPEST = 20
PROTOCOL = "urn:oasis:names:tc:SAML:1.0:protocol"
ASSERTION = "urn:oasis:names:tc:SAML:1.0:assertion"
SAML_TYPE = "text/xml;charset=UTF-8"
VALID_FOR = timedelta(seconds=60)
NAMESPACE_OF_ATTRIBUTES = "http://www.ja-sig.org/products/cas/"
UNREADABLE = Refusal(code="INVALID_REQUEST", text="Not a SOAP envelope with one SAML 1.1 request and one artifact.")


class UnsafeXmlError(ParseError):
    """XML that brings its own definitions, or towers up."""


@dataclass(frozen=True, slots=True)
class Question:
    ticket: str
    request_id: str


def parsed(body: bytes) -> Element:
    """No document type, so neither entities nor anything fetched; no more depth than an envelope has."""
    builder, depth = TreeBuilder(), 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise UnsafeXmlError("too deep")
        builder.start(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name)

    def refuse(*_arguments: object) -> None:
        raise UnsafeXmlError("a document type is not taken")

    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ProcessingInstructionHandler = refuse
    parser.Parse(body, True)
    return builder.close()


def question_of(body: bytes) -> Question | None:
    if len(body) > LARGEST_BODY:
        return None
    try:
        root = parsed(body)
    except (ParseError, expat.ExpatError, ValueError, LookupError):
        return None
    requests, artifacts = (list(root.iter(f"{PROTOCOL}}}{name}")) for name in ("Request", "AssertionArtifact"))
    if len(requests) != 1 or len(artifacts) != 1:
        return None
    ticket = (artifacts[0].text or "").strip()
    return Question(ticket, requests[0].get("RequestID", "")) if ticket else None


@csrf_exempt
@open_page
@require_POST
def saml_validate(request: HttpRequest) -> HttpResponse:
    service, question = the_only(request, "TARGET"), question_of(request.body)
    verdict: Assertion | Refusal = UNREADABLE
    if service is not None and question is not None:
        verdict = tickets.INVALID_TICKET
        if question.ticket.startswith(PREFIX) and len(question.ticket) <= LONGEST_TICKET:
            must_be_new = "renew" in request.GET
            verdict = tickets.validate(ticket=question.ticket, service=service, must_be_new=must_be_new)
    answer = envelope(verdict, service=service or "", in_response_to=question.request_id if question else "")
    return HttpResponse(answer, content_type=SAML_TYPE)


def envelope(verdict: Assertion | Refusal, *, service: str, in_response_to: str) -> str:
    inner = failure(verdict) if isinstance(verdict, Refusal) else success(verdict, service)
    reply = f" InResponseTo={attribute_of(in_response_to)}" if in_response_to else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Body>'
        f'<samlp:Response xmlns:samlp="{PROTOCOL}" xmlns:saml="{ASSERTION}" MajorVersion="1" MinorVersion="1" '
        f'ResponseID="_{secrets.token_hex(16)}" IssueInstant="{instant_of(now())}" '
        f"Recipient={attribute_of(service)}{reply}>{inner}</samlp:Response></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    )


def failure(refusal: Refusal) -> str:
    outer = "samlp:Requester" if refusal.code == "INVALID_REQUEST" else "samlp:RequestDenied"
    return (
        f'<samlp:Status><samlp:StatusCode Value="{outer}"></samlp:StatusCode>'
        f"<samlp:StatusMessage>{text_of(refusal.text)}</samlp:StatusMessage></samlp:Status>"
    )


def success(assertion: Assertion, service: str) -> str:
    moment = now()
    subject = (
        f"<saml:Subject><saml:NameIdentifier>{text_of(assertion.user)}</saml:NameIdentifier><saml:SubjectConfirmation>"
        "<saml:ConfirmationMethod>urn:oasis:names:tc:SAML:1.0:cm:artifact</saml:ConfirmationMethod>"
        "</saml:SubjectConfirmation></saml:Subject>"
    )
    return (
        '<samlp:Status><samlp:StatusCode Value="samlp:Success"></samlp:StatusCode></samlp:Status>'
        f'<saml:Assertion MajorVersion="1" MinorVersion="1" AssertionID="_{secrets.token_hex(16)}" '
        f'Issuer={attribute_of(configuration().public_url)} IssueInstant="{instant_of(moment)}">'
        f'<saml:Conditions NotBefore="{instant_of(moment)}" NotOnOrAfter="{instant_of(moment + VALID_FOR)}">'
        f"<saml:AudienceRestrictionCondition><saml:Audience>{text_of(service)}</saml:Audience>"
        "</saml:AudienceRestrictionCondition></saml:Conditions>"
        f'<saml:AuthenticationStatement AuthenticationInstant="{instant_of(assertion.authenticated_at)}" '
        f'AuthenticationMethod="urn:oasis:names:tc:SAML:1.0:am:unspecified">{subject}</saml:AuthenticationStatement>'
        f"<saml:AttributeStatement>{subject}{attributes_of(assertion)}</saml:AttributeStatement></saml:Assertion>"
    )


def attributes_of(assertion: Assertion) -> str:
    return "".join(
        f'<saml:Attribute AttributeName="{name}" AttributeNamespace="{NAMESPACE_OF_ATTRIBUTES}">'
        + "".join(f"<saml:AttributeValue>{text_of(value)}</saml:AttributeValue>" for value in values)
        + "</saml:Attribute>"
        for name, values in all_attributes(assertion).items()
        if values
    )
