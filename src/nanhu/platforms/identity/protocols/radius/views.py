"""The endpoint for programs that check passwords: `POST /radius/authenticate`, in the JSON of FreeRADIUS' rlm_rest or as a form.

200 accepts with attributes of the reply, 401 rejects, 403 does not know the server, 429/503 say "ask later".
"""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from nanhu.kernel import strict_json
from nanhu.kernel.errors import CampusError
from nanhu.platforms.identity.protocols.radius.services import authentication, clients
from nanhu.platforms.identity.protocols.radius.services.authentication import Answer, AuthenticationRequest

KEY_HEADER = "X-Nanhu-Radius-Key"
LARGEST_QUESTION = 16 * 1024
FORM = "application/x-www-form-urlencoded"
NAMES = ("User-Name", "User-Password", "Calling-Station-Id", "NAS-IP-Address")


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
    return JsonResponse(
        {
            "reply:Class": attribute(verdict.group),
            "reply:Filter-Id": attribute(verdict.group),
            "reply:User-Name": attribute(verdict.campus_no),
            "reply:Session-Timeout": attribute(verdict.session_seconds),
        }
    )


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
    return AuthenticationRequest(user_name=name, password=password, station=station[:64])


@sensitive_variables()
def fields_of_form(request: HttpRequest) -> dict[str, str]:
    """Of Dovecot's script, which has no JSON."""
    return {name: value for name in NAMES if "\0" not in (value := request.POST.get(name, ""))}


@sensitive_variables()
def fields_of_json(request: HttpRequest) -> dict[str, str]:
    try:
        facts = strict_json.decode(request.body)
    except strict_json.JsonError:
        return {}
    return {name: first(facts, name) for name in NAMES} if isinstance(facts, dict) else {}


@sensitive_variables()
def first(facts: dict[str, Any], name: str) -> str:
    """rlm_rest writes {"User-Name": {"type": "string", "value": ["u"]}}."""
    field = facts.get(name)
    values = field.get("value") if isinstance(field, dict) else None
    value = values[0] if isinstance(values, list) and values else None
    return in_letters(value) if isinstance(value, str) and "\0" not in value else ""


@sensitive_variables()
def in_letters(value: str) -> str:
    """rlm_rest of FreeRADIUS 3.2 writes each byte of what is not ASCII as a letter of its own: "湖" comes as "æ¹\x96"."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value
