"""The open interface to one's own data: `Authorization: Bearer nanhu_pat_…`, JSON, read only."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from itertools import islice
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.dateparse import parse_date, parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from nanhu.kernel import registry
from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.kernel.configuration import configuration
from nanhu.kernel.errors import CampusError
from nanhu.kernel.registry import Owner
from nanhu.platforms.identity.personal.models import AccessToken
from nanhu.platforms.identity.personal.services import tokens

MOST_RECORDS = 1000
type View = Callable[..., HttpResponse]


def json_endpoint(view: View) -> View:
    """For programs: no session, no cookie; every failure is JSON."""

    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        try:
            return view(request, *arguments, **options)
        except CampusError as error:
            answer = JsonResponse(
                {"error": error.code, "message": error.message},
                status=error.http_status,
                json_dumps_params={"ensure_ascii": False},
            )
            if error.http_status in {401, 403}:
                answer["WWW-Authenticate"] = f'Bearer realm="nanhu", error="{error.code}"'
            return answer

    return login_not_required(never_cache(require_GET(guarded)))


def token_of(request: HttpRequest, scope: str) -> AccessToken:
    return tokens.bearer_of(
        authorization=request.headers.get("Authorization", ""),
        address=request.META.get("REMOTE_ADDR", ""),
        scope=scope,
    )


@json_endpoint
def me(request: HttpRequest) -> HttpResponse:
    """What this token may read."""
    token = token_of(request, "")
    readable = [one for one in registry.personal_data if one.key in token.scopes]
    facts = {
        "name": token.name,
        "expires_at": token.expires_at,
        "records": [
            {"key": one.key, "title": str(one.title), "url": f"{configuration().public_url}/api/me/{one.key}"}
            for one in readable
        ],
    }
    return JsonResponse(facts, json_dumps_params={"ensure_ascii": False})


@json_endpoint
def records(request: HttpRequest, key: str) -> HttpResponse:
    """Records of one kind, newest first: `since` (a day or a moment), `limit` (at most 1,000)."""
    token = token_of(request, key)
    one = registry.personal_data.get(key)
    if one is None:
        return JsonResponse({"error": "not_found"}, status=404)
    owner = Owner(account_id=token.account_id, person_id=token.account.person_id)
    limit = request.GET.get("limit", "")
    most = min(int(limit), MOST_RECORDS) if limit.isdecimal() and limit.isascii() and len(limit) < 6 else MOST_RECORDS  # noqa: PLR2004
    found = list(islice(one.load(owner, since_of(request.GET.get("since", ""))), most))
    return JsonResponse({"key": key, "records": found}, json_dumps_params={"ensure_ascii": False})


def since_of(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
        day = parse_date(text) if moment is None else None
    except ValueError:
        return None
    if day is not None:
        return datetime(day.year, day.month, day.day, tzinfo=CAMPUS_ZONE)
    return moment.replace(tzinfo=moment.tzinfo or CAMPUS_ZONE) if moment is not None else None


@json_endpoint
def description(_request: HttpRequest) -> HttpResponse:
    """OpenAPI 3.1 of this interface; it names kinds of records, no person's data."""
    parameters = [
        {"name": "since", "in": "query", "schema": {"type": "string", "format": "date-time"}},
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 0, "maximum": MOST_RECORDS}},
    ]
    answers = {"200": {"description": "OK"}, "401": {"description": "invalid_token"}}
    paths: dict[str, Any] = {"/api/me": {"get": {"summary": "What this token may read", "responses": answers}}}
    for one in registry.personal_data:
        paths[f"/api/me/{one.key}"] = {
            "get": {
                "summary": str(one.title),
                "description": str(one.description),
                "parameters": parameters,
                "responses": {**answers, "403": {"description": "insufficient_scope"}},
            }
        }
    facts = {
        "openapi": "3.1.0",
        "info": {"title": "Nanhu: my own data", "version": "1"},
        "servers": [{"url": configuration().public_url}],
        "security": [{"token": []}],
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "paths": paths,
    }
    return JsonResponse(facts, json_dumps_params={"ensure_ascii": False})
