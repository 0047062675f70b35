"""Endpoints for programs that check passwords: `POST /radius/authenticate`, in the JSON of FreeRADIUS' rlm_rest or as a form, and for
FreeRADIUS `POST /radius/accounting`.

200 accepts with attributes of the reply, 401 rejects, 403 does not know the server, 429/503 say "ask later"; accounting that was kept is a 204.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from nanhu.kernel import strict_json
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.protocols.radius import front
from nanhu.platforms.identity.protocols.radius.facts import FORM, LARGEST_QUESTION, NAS_NAMES, accounting_facts, first
from nanhu.platforms.identity.protocols.radius.models import RadiusClient
from nanhu.platforms.identity.protocols.radius.network import NetworkVisitor, network_policies, visitor_policies
from nanhu.platforms.identity.protocols.radius.services import authentication, clients
from nanhu.platforms.identity.protocols.radius.services.authentication import Answer, AuthenticationRequest
from nanhu.platforms.identity.protocols.radius.snippets import EDUROAM

KEY_HEADER = "X-Nanhu-Radius-Key"
NAMES = ("User-Name", "User-Password", "Calling-Station-Id", *NAS_NAMES)
VISITOR_NAMES = ("User-Name", "Calling-Station-Id", "Chargeable-User-Identity", *NAS_NAMES)
LONGEST_FACT = 253
"""Of an attribute of RADIUS."""


@csrf_exempt
@login_not_required
@never_cache
@require_POST
@sensitive_variables()
def authenticate(request: HttpRequest) -> HttpResponse:
    try:
        client = clients.client_with(request.headers.get(KEY_HEADER, ""))
        login = authentication_request_of(request)
        if login is None:
            return JsonResponse({"error": "bad_request"}, status=400)
        verdict = authentication.check(client=client, request=login)
    except CampusError as error:
        return JsonResponse({"error": error.code}, status=error.http_status)
    if verdict.answer == Answer.REJECT:
        return JsonResponse({}, status=401)
    said = {"User-Name": verdict.campus_no, "Session-Timeout": verdict.session_seconds, **verdict.attributes}
    return JsonResponse({f"reply:{name}": attribute(value) for name, value in said.items()})


@csrf_exempt
@login_not_required
@never_cache
@require_POST
def accounting(request: HttpRequest) -> HttpResponse:
    """Without a room that keeps sessions there is no such address."""
    try:
        client = clients.client_with(request.headers.get(KEY_HEADER, ""))
        if not network_policies or client.service != RadiusClient.Service.NETWORK:
            return JsonResponse({"error": "not_found"}, status=HTTPStatus.NOT_FOUND)
        facts = accounting_facts(request.content_type or "", request.body)
        if not facts.get("Acct-Status-Type"):
            return JsonResponse({"error": "bad_request"}, status=HTTPStatus.BAD_REQUEST)
        for policy in network_policies:
            policy.account(client.application.key, facts)
        front.remember(request.headers.get(KEY_HEADER, ""), client.application.key)
    except CampusError as error:
        return JsonResponse({"error": error.code}, status=error.http_status)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@csrf_exempt
@login_not_required
@never_cache
@require_POST
def visitor(request: HttpRequest) -> HttpResponse:
    """Whom another school let in asks for what we give: 200 with attributes, or 401."""
    try:
        client = clients.client_with(request.headers.get(KEY_HEADER, ""))
        is_large = int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_QUESTION
        facts = {} if is_large else fields_of_json(request, VISITOR_NAMES)
        name, station = facts.get("User-Name", ""), facts.get("Calling-Station-Id", "")
        if "@" not in name or client.application.key != EDUROAM:
            return JsonResponse({"error": "bad_request"}, status=HTTPStatus.BAD_REQUEST)
        asked = NetworkVisitor(
            application=client.application.key,
            identity=name[:LONGEST_FACT],
            alias=facts.get("Chargeable-User-Identity", "")[:LONGEST_FACT],
            station=station[:64],
            session_seconds=client.session_seconds,
            nas=nas_in(facts),
        )
        said = next((policy.admit(asked) for policy in visitor_policies), {"Session-Timeout": client.session_seconds})
    except CampusError as error:
        return JsonResponse({"error": error.code}, status=error.http_status)
    if said is None:
        return JsonResponse({}, status=HTTPStatus.UNAUTHORIZED)
    return JsonResponse({f"reply:{one}": attribute(value) for one, value in said.items()})


def nas_in(facts: Mapping[str, str]) -> dict[str, str]:
    return {one: facts[one][:LONGEST_FACT] for one in NAS_NAMES if facts.get(one)}


def attribute(value: str | int) -> dict[str, Any]:
    """`do_xlat` off: FreeRADIUS must take no text of ours for an expression."""
    return {"value": [value], "op": ":=", "do_xlat": False}


@sensitive_variables()
def authentication_request_of(request: HttpRequest) -> AuthenticationRequest | None:
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_QUESTION:
        return None
    facts = fields_of_form(request) if request.content_type == FORM else fields_of_json(request)
    name, password = facts.get("User-Name"), facts.get("User-Password")
    if not name or not password:
        return None
    station = facts.get("Calling-Station-Id") or facts.get("NAS-IP-Address") or ""
    return AuthenticationRequest(user_name=name, password=password, station=station[:64], nas=nas_in(facts))


@sensitive_variables()
def fields_of_form(request: HttpRequest) -> dict[str, str]:
    """Of Dovecot's script, which has no JSON."""
    return {name: value for name in NAMES if "\0" not in (value := request.POST.get(name, ""))}


@sensitive_variables()
def fields_of_json(request: HttpRequest, names: Sequence[str] = NAMES) -> dict[str, str]:
    try:
        facts = strict_json.decode(request.body)
    except strict_json.JsonError:
        return {}
    return {name: first(facts, name) for name in names} if isinstance(facts, dict) else {}
