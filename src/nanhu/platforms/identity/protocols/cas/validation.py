"""/validate, /serviceValidate, /proxyValidate, with and without /p3, and /proxy: applications ask what a ticket is worth.

Failures of the protocol are answers too: their status is 200, clients look into the text.
"""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from nanhu.platforms.identity import cas_answers as answers
from nanhu.platforms.identity.policies import View, open_page
from nanhu.platforms.identity.protocols.cas import proxies
from nanhu.platforms.identity.services import tickets
from nanhu.platforms.identity.services.tickets import PREFIX, PROXY_PREFIX, Assertion, Refusal

LONGEST_TICKET = 256
ONE_EACH = Refusal(code="INVALID_REQUEST", text="Exactly one 'ticket' and one 'service' are required.")
ONE_EACH_FOR_PROXY = Refusal(code="INVALID_REQUEST", text="Exactly one 'pgt' and one 'targetService' are required.")
ONE_CALL_BACK = Refusal(code="INVALID_REQUEST", text="At most one 'pgtUrl' may be given.")
UNKNOWN_FORMAT = Refusal(code="INVALID_REQUEST", text="Unknown format.")
ONLY_SERVICE_TICKETS = Refusal(code="INVALID_TICKET_SPEC", text="Only service tickets (ST-) are validated here.")
NO_TICKET = Refusal(code="INVALID_TICKET_SPEC", text="Only service and proxy tickets (ST-, PT-) are validated here.")


def the_only(request: HttpRequest, name: str) -> str | None:
    """The value of a parameter that must stand there once."""
    values = request.GET.getlist(name)
    return values[0] if len(values) == 1 and values[0] else None


def verdict_of(request: HttpRequest, *, takes_proxies: bool = False) -> Assertion | Refusal:
    ticket, service = the_only(request, "ticket"), the_only(request, "service")
    if ticket is None or service is None:
        return ONE_EACH
    allowed = (PREFIX, PROXY_PREFIX) if takes_proxies else (PREFIX,)
    if not ticket.startswith(allowed) or len(ticket) > LONGEST_TICKET:
        return NO_TICKET if takes_proxies else ONLY_SERVICE_TICKETS
    must_be_new = "renew" in request.GET
    if "pgtUrl" not in request.GET:
        return tickets.validate(ticket=ticket, service=service, must_be_new=must_be_new)
    call_back = the_only(request, "pgtUrl")
    if call_back is None:
        return ONE_CALL_BACK
    return proxies.validate(ticket=ticket, service=service, must_be_new=must_be_new, call_back=call_back)


@open_page
@require_GET
def cas1(request: HttpRequest) -> HttpResponse:
    ticket, service = the_only(request, "ticket"), the_only(request, "service")
    verdict: Assertion | Refusal = ONE_EACH
    if ticket is not None and service is not None and ticket.startswith(PREFIX) and len(ticket) <= LONGEST_TICKET:
        verdict = tickets.validate(ticket=ticket, service=service, must_be_new="renew" in request.GET)
    return HttpResponse(answers.plain_text(verdict), content_type=answers.PLAIN_TYPE)


def format_of(request: HttpRequest) -> str | None:
    wanted = request.GET.get("format", "XML").upper()
    return wanted if wanted in {"XML", "JSON"} else None


def validated(request: HttpRequest, *, is_version_3: bool, takes_proxies: bool) -> HttpResponse:
    wanted = format_of(request)
    verdict = UNKNOWN_FORMAT if wanted is None else verdict_of(request, takes_proxies=takes_proxies)
    with_attributes = is_version_3 or (isinstance(verdict, Assertion) and verdict.has_attributes_in_cas2)
    if wanted == "JSON":
        text = answers.json_text(verdict, with_attributes=with_attributes)
        return HttpResponse(text, content_type=answers.JSON_TYPE)
    text = answers.xml_text(verdict, with_attributes=with_attributes)
    return HttpResponse(text, content_type=answers.XML_TYPE)


def validator(*, is_version_3: bool, takes_proxies: bool) -> View:
    @open_page
    @require_GET
    def view(request: HttpRequest) -> HttpResponse:
        return validated(request, is_version_3=is_version_3, takes_proxies=takes_proxies)

    return view


service_validate = validator(is_version_3=False, takes_proxies=False)
proxy_validate = validator(is_version_3=False, takes_proxies=True)
p3_service_validate = validator(is_version_3=True, takes_proxies=False)
p3_proxy_validate = validator(is_version_3=True, takes_proxies=True)


@open_page
@require_GET
def proxy(request: HttpRequest) -> HttpResponse:
    """An application with a proxy-granting ticket asks for a ticket to another one."""
    pgt, target, wanted = the_only(request, "pgt"), the_only(request, "targetService"), format_of(request)
    verdict: str | Refusal = ONE_EACH_FOR_PROXY if wanted else UNKNOWN_FORMAT
    if wanted and pgt is not None and target is not None and len(pgt) <= LONGEST_TICKET:
        verdict = proxies.ask_proxy_ticket(pgt=pgt, target=target)
    if wanted == "JSON":
        return HttpResponse(answers.proxy_json(verdict), content_type=answers.JSON_TYPE)
    return HttpResponse(answers.proxy_xml(verdict), content_type=answers.XML_TYPE)
