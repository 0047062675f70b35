"""Endpoints for programs that check passwords: `POST /radius/authenticate`, in the JSON of FreeRADIUS' rlm_rest or as a form, and for
FreeRADIUS `POST /radius/accounting`.

200 accepts with attributes of the reply, 401 rejects, 403 does not know the server, 429/503 say "ask later"; accounting that was kept is a 204.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

import structlog
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from nanhu.kernel import strict_json
from nanhu.kernel.database import away
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.policies import open_page
from nanhu.platforms.identity.protocols.radius import front
from nanhu.platforms.identity.protocols.radius.facts import (
    FORM,
    LARGEST_QUESTION,
    LONGEST_FACT,
    LONGEST_STATION,
    NAMES,
    NAS_NAMES,
    accounting_facts,
    first,
    in_octets,
    nas_in,
    request_of,
)
from nanhu.platforms.identity.protocols.radius.models import RadiusClient
from nanhu.platforms.identity.protocols.radius.network import NetworkVisitor, network_policies, visitor_policies
from nanhu.platforms.identity.protocols.radius.services import authentication, clients
from nanhu.platforms.identity.protocols.radius.services.authentication import Answer, AuthenticationRequest, Verdict
from nanhu.platforms.identity.protocols.radius.snippets import EDUROAM

KEY_HEADER = "X-Nanhu-Radius-Key"
CHALLENGE_HEADER = "X-Nanhu-Radius-Challenge"
"""Its server makes an Access-Challenge of what we answer."""
VISITOR_NAMES = ("User-Name", "Calling-Station-Id", "Chargeable-User-Identity", *NAS_NAMES)
LATER_SECONDS: Final = 2
log = structlog.get_logger()
type View = Callable[[HttpRequest], HttpResponse]


def later_when_not_kept(view: View) -> View:
    """What the database did not take (a deadlock, a lock that did not come free, no connection) is answered so that the server asks again:
    rlm_rest takes a 503 for a failure, acknowledges nothing, and the controller sends its report once more."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except DatabaseError as error:
            away.note(error)
            log.exception("radius.not_kept", path=request.path, state=getattr(error.__cause__, "sqlstate", None))
        busy = JsonResponse({"error": "busy"}, status=HTTPStatus.SERVICE_UNAVAILABLE)
        busy.headers["Retry-After"] = str(LATER_SECONDS)
        return busy

    return guarded


@csrf_exempt
@open_page
@require_POST
@later_when_not_kept
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
    if verdict.answer == Answer.CHALLENGE:
        return JsonResponse(challenge_of(verdict))
    return JsonResponse(reply_of(verdict))


@csrf_exempt
@open_page
@require_POST
@later_when_not_kept
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
@open_page
@require_POST
@later_when_not_kept
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
            station=station[:LONGEST_STATION],
            session_seconds=client.session_seconds,
            nas=nas_in(facts),
        )
        said = next((policy.admit(asked) for policy in visitor_policies), {"Session-Timeout": client.session_seconds})
    except CampusError as error:
        return JsonResponse({"error": error.code}, status=error.http_status)
    if said is None:
        return JsonResponse({}, status=HTTPStatus.UNAUTHORIZED)
    return JsonResponse({f"reply:{one}": attribute(value) for one, value in said.items()})


def reply_of(verdict: Verdict) -> dict[str, Any]:
    """Of an Accept."""
    said = {"User-Name": verdict.campus_no, "Session-Timeout": verdict.session_seconds, **verdict.attributes}
    return {f"reply:{name}": attribute(value) for name, value in said.items()}


def challenge_of(verdict: Verdict) -> dict[str, Any]:
    """With 200, of which alone rlm_rest reads a body. Nobody gets it whose files do not know it: an older one would let in."""
    said = {"State": in_octets(str(verdict.attributes["State"])), "Reply-Message": verdict.attributes["Reply-Message"]}
    asks = {"control:Response-Packet-Type": attribute("Access-Challenge")}
    return asks | {f"reply:{name}": attribute(value) for name, value in said.items()}


def attribute(value: str | int) -> dict[str, Any]:
    """`do_xlat` off: FreeRADIUS must take no text of ours for an expression."""
    return {"value": [value], "op": ":=", "do_xlat": False}


@sensitive_variables()
def authentication_request_of(request: HttpRequest) -> AuthenticationRequest | None:
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_QUESTION:
        return None
    facts = fields_of_form(request) if request.content_type == FORM else fields_of_json(request)
    return request_of(facts, takes_challenges=CHALLENGE_HEADER in request.headers)


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
