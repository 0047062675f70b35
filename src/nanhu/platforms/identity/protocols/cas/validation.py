"""/validate, /serviceValidate, /p3/serviceValidate: applications ask what a ticket is worth."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from nanhu.platforms.identity.protocols.cas.answers import json_answer, plain_answer, xml_answer
from nanhu.platforms.identity.services.tickets import PREFIX, Assertion, Refusal, validate

LONGEST_TICKET = 256


def verdict_of(request: HttpRequest) -> Assertion | Refusal:
    tickets, services = request.GET.getlist("ticket"), request.GET.getlist("service")
    if len(tickets) != 1 or len(services) != 1 or not tickets[0] or not services[0]:
        return Refusal(code="INVALID_REQUEST", text="Exactly one 'ticket' and one 'service' are required.")
    if not tickets[0].startswith(PREFIX) or len(tickets[0]) > LONGEST_TICKET:
        return Refusal(code="INVALID_TICKET_SPEC", text="Only service tickets (ST-) are validated here.")
    return validate(ticket=tickets[0], service=services[0], must_be_new=bool(request.GET.get("renew")))


@login_not_required
@never_cache
@require_GET
def cas1(request: HttpRequest) -> HttpResponse:
    return plain_answer(verdict_of(request))


def answered(request: HttpRequest, *, is_version_3: bool) -> HttpResponse:
    wanted = request.GET.get("format", "XML").upper()
    if wanted not in {"XML", "JSON"}:
        return xml_answer(Refusal(code="INVALID_REQUEST", text="Unknown format."), with_attributes=False)
    verdict = verdict_of(request)
    with_attributes = is_version_3 or (isinstance(verdict, Assertion) and verdict.has_attributes_in_cas2)
    answer = json_answer if wanted == "JSON" else xml_answer
    return answer(verdict, with_attributes=with_attributes)


@login_not_required
@never_cache
@require_GET
def cas2(request: HttpRequest) -> HttpResponse:
    return answered(request, is_version_3=False)


@login_not_required
@never_cache
@require_GET
def cas3(request: HttpRequest) -> HttpResponse:
    return answered(request, is_version_3=True)
