"""The endpoints over HTTP: no session, no cookie; whatever happens is JSON with a request id, and a line in the request log."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from nanhu.kernel.clock import now
from nanhu.kernel.database import away
from nanhu.kernel.database.values import planned_rows
from nanhu.kernel.ui.error_pages import JSON_ENDPOINTS
from nanhu.platforms.openapi import serving
from nanhu.platforms.openapi.description import description
from nanhu.platforms.openapi.errors import (
    AddressUnknownError,
    ApiError,
    InterfaceMissingError,
    KeyRefusedError,
    MethodRefusedError,
    OutcomeBrokenError,
    OutcomeUnknownError,
    RateLimitedError,
    RequestUnreadableError,
)
from nanhu.platforms.openapi.interfaces import Interface, Operation
from nanhu.platforms.openapi.services import keys, rate_limits, refusals
from nanhu.platforms.openapi.services.refusals import Attempt
from nanhu.platforms.openapi.serving import Caller, Response

LINE: Final = """
    INSERT INTO openapi_request_log
        (public_id, vendor_id, key_id, mode, operation, method, path, status, code, is_replay, address, milliseconds, at)
    VALUES (%(public_id)s, %(vendor)s, %(key)s, %(mode)s, %(operation)s, %(method)s, %(path)s, %(status)s, %(code)s, %(is_replay)s,
        %(address)s || left(set_config('synchronous_commit', 'off', true), 0), %(milliseconds)s, %(at)s)"""
"""Not waited for on the disk: what a request did has been committed before."""
AGAIN_SECONDS: Final = "3"
"""Who hears 503 comes again after so long, where nothing else was said."""
log = logging.getLogger(__name__)


def endpoint(interface: Interface, path: str) -> Callable[..., HttpResponse]:
    """The view of one address: the operations that stand at it, by method."""
    here = interface.at(path)

    def view(request: HttpRequest, **named: Any) -> HttpResponse:
        request_id = uuid4()
        method = "GET" if request.method == "HEAD" else request.method or ""
        operation = here.get(method)
        attempt = Attempt(
            request_id=request_id,
            address=request.META.get("REMOTE_ADDR", ""),
            method=request.method or "",
            path=request.path,
            operation=operation.name if operation else "",
        )
        try:
            caller = authenticated(interface, request, attempt)
        except ApiError as error:
            return http_response(interface, serving.error_response(interface, error, str(request_id)), request_id)
        except (OperationalError, InterfaceError) as error:
            away.note(error)
            log.warning("the database is away: %s", error)
            return http_response(
                interface, serving.error_response(interface, OutcomeUnknownError(), str(request_id)), request_id
            )
        if operation is None:
            return refused(MethodRefusedError(), interface, allow=here)
        return respond(request, operation, caller, request_id, named)

    return open_to_programs(view, interface)


def open_to_programs(
    view: Callable[..., HttpResponse], interface: Interface | None = None
) -> Callable[..., HttpResponse]:
    """No session and no form behind it; it judges the size of a body and the read-only mode by itself, and even a fault of ours is JSON."""

    def guarded(request: HttpRequest, *arguments: Any, **names: Any) -> HttpResponse:
        try:
            return view(request, *arguments, **names)
        except (OperationalError, InterfaceError) as error:
            away.note(error)
            log.exception("%s %s cannot be answered", request.method, request.path)
            return refused(OutcomeUnknownError(), interface)
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            return refused(OutcomeBrokenError(), interface)

    guarded.judges_body_itself = guarded.judges_read_only_itself = True  # type: ignore[attr-defined]
    return login_not_required(csrf_exempt(never_cache(guarded)))


def refused(error: ApiError, interface: Interface | None = None, *, allow: Iterable[str] = ()) -> HttpResponse:
    request_id = uuid4()
    answer = http_response(interface, serving.error_response(interface, error, str(request_id)), request_id)
    if allow:
        answer["Allow"] = ", ".join(sorted(allow))
    return answer


def authenticated(interface: Interface, request: HttpRequest, attempt: Attempt) -> Caller:
    """Whoever is turned away leaves a trace first, at most now and then."""
    try:
        key, secret = keys.key_of(request.headers.get("Authorization", ""))
    except KeyRefusedError as error:
        refusals.note(attempt, error, why=error.why, key=error.key)
        rate_limits.take_anonymous(attempt.address)
        raise
    try:
        rate_limits.take(key, attempt.address)
    except RateLimitedError as error:
        refusals.note(attempt, error, why="too often", key=key)
        raise
    return Caller(
        interface=interface, key=key, secret=secret, address=attempt.address, request_id=str(attempt.request_id)
    )


def respond(
    request: HttpRequest, operation: Operation, caller: Caller, request_id: UUID, named: Mapping[str, Any]
) -> HttpResponse:
    begun = time.perf_counter()
    response = serving.serve(request, operation, caller, named)
    line: dict[str, Any] = {
        "public_id": request_id,
        "vendor": caller.key.vendor_id,
        "key": caller.key.pk,
        "mode": caller.key.mode,
        "operation": operation.name,
        "method": request.method or "",
        "path": request.path,
        "status": response.status,
        "code": response.code,
        "is_replay": response.is_replay,
        "address": caller.address,
        "milliseconds": int((time.perf_counter() - begun) * 1000),
        "at": now(),
    }
    try:
        planned_rows(LINE, line)
    except (OperationalError, InterfaceError) as error:  # what was decided is answered though its line is lost
        log.warning("no line in the log for %s: %s", request_id, error)
    return http_response(caller.interface, response, request_id)


def http_response(interface: Interface | None, response: Response, request_id: UUID) -> HttpResponse:
    answer = HttpResponse(response.body, status=response.status, content_type=response.content_type)
    for name, value in response.headers:
        answer[name] = value
    answer["Nanhu-Request-Id"] = str(request_id)
    if response.status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers.setdefault("Retry-After", AGAIN_SECONDS)
    if response.is_replay:
        answer["Nanhu-Replayed"] = "true"
    if response.status == HTTPStatus.UNAUTHORIZED:
        realm = f"nanhu-{interface.name}" if interface else "nanhu"
        answer["WWW-Authenticate"] = f'Bearer realm="{realm}", error="{response.code}"'
    return answer


def openapi(interface: Interface) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return refused(MethodRefusedError(), interface, allow=("GET",))
        return JsonResponse(description(interface), json_dumps_params={"ensure_ascii": False})

    return open_to_programs(view, interface)


def unknown(interface: Interface) -> Callable[..., HttpResponse]:
    """Every other address below the interface's own."""

    def view(_request: HttpRequest, **_names: str) -> HttpResponse:
        return refused(AddressUnknownError(), interface)

    return open_to_programs(view, interface)


@open_to_programs
def not_installed(_request: HttpRequest, interface: str, **_names: str) -> HttpResponse:
    """An interface that no installed room registered: a vendor's key may have scopes of it all the same."""
    return refused(InterfaceMissingError(interface=interface[:40]))


def failure(interface: Interface, _request: HttpRequest, status: int) -> HttpResponse:
    """What is refused before a view is found (a Host that is not ours, a head that cannot be read, a database that is known to be away) or
    breaks around it."""
    if status == HTTPStatus.NOT_FOUND:
        return refused(AddressUnknownError(), interface)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return refused(OutcomeUnknownError(), interface)
    broken = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return refused(OutcomeBrokenError() if broken else RequestUnreadableError(), interface)


def answers_in_json(interface: Interface) -> None:
    JSON_ENDPOINTS[interface.prefix] = partial(failure, interface)
