"""The vendors' door over HTTP: no session, no cookie; whatever happens is JSON with a request id, and a line in the log."""

import logging
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from nanhu.kernel.ui.error_pages import JSON_DOORS
from nanhu.systems.card.vendors import door
from nanhu.systems.card.vendors.description import PREFIX, description
from nanhu.systems.card.vendors.door import Caller, Told
from nanhu.systems.card.vendors.errors import (
    AddressUnknownError,
    ApiError,
    KeyRefusedError,
    MethodRefusedError,
    OutcomeBrokenError,
    OutcomeUnknownError,
    RateLimitedError,
    RequestUnreadableError,
)
from nanhu.systems.card.vendors.models import ApiCall
from nanhu.systems.card.vendors.operations import OPERATIONS, Operation
from nanhu.systems.card.vendors.rules import NOTHING
from nanhu.systems.card.vendors.services import buckets, keys, strangers
from nanhu.systems.card.vendors.services.strangers import Visit

log = logging.getLogger(__name__)


def endpoint(path: str) -> Callable[..., HttpResponse]:
    """The view of one address: the operations that stand at it, by method."""
    here: dict[str, Operation] = {operation.method: operation for operation in OPERATIONS if operation.path == path}

    def view(request: HttpRequest, public_id: UUID = NOTHING) -> HttpResponse:
        request_id = uuid4()
        method = "GET" if request.method == "HEAD" else request.method or ""
        operation = here.get(method)
        visit = Visit(
            request_id=request_id, address=request.META.get("REMOTE_ADDR", ""), method=request.method or "",
            path=request.path, operation=operation.name if operation else "",
        )  # fmt: skip
        try:
            caller = known(request, visit)
        except ApiError as error:
            return written(door.failed(error, str(request_id)), request_id, error)
        except (OperationalError, InterfaceError) as error:
            log.warning("the database is away: %s", error)
            return written(door.failed(OutcomeUnknownError(), str(request_id)), request_id)
        if operation is None:
            return refused(MethodRefusedError(), request_id, allow=here)
        return answered(request, operation, caller, request_id, public_id)

    return open_door(view)


def open_door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """No session and no form behind it; it judges the size of a body by itself, and even a fault of ours is JSON."""

    def guarded(request: HttpRequest, *arguments: Any, **names: Any) -> HttpResponse:
        try:
            return view(request, *arguments, **names)
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            return refused(OutcomeBrokenError(), uuid4())

    guarded.judges_body_itself = True  # type: ignore[attr-defined]
    return login_not_required(csrf_exempt(never_cache(guarded)))


def refused(error: ApiError, request_id: UUID, *, allow: Iterable[str] = ()) -> HttpResponse:
    answer = written(door.failed(error, str(request_id)), request_id, error)
    if allow:
        answer["Allow"] = ", ".join(sorted(allow))
    return answer


def known(request: HttpRequest, visit: Visit) -> Caller:
    """Whoever is turned away leaves a trace first, at most now and then."""
    try:
        key, secret = keys.key_of(request.headers.get("Authorization", ""))
    except KeyRefusedError as error:
        strangers.note(visit, error, why=error.why, key=error.key)
        buckets.take_as_stranger(visit.address)
        raise
    try:
        buckets.take(key, visit.address)
    except RateLimitedError as error:
        strangers.note(visit, error, why="too often", key=key)
        raise
    return Caller(key=key, secret=secret, address=visit.address, request_id=str(visit.request_id))


def answered(
    request: HttpRequest, operation: Operation, caller: Caller, request_id: UUID, public_id: UUID
) -> HttpResponse:
    begun = time.perf_counter()
    told = door.serve(request, operation, caller, public_id)
    call = ApiCall(
        public_id=request_id, vendor=caller.key.vendor, key=caller.key, mode=caller.key.mode, operation=operation.name,
        method=request.method or "", path=request.path, status=told.status, code=told.code, is_replay=told.is_replay,
        address=caller.address, milliseconds=int((time.perf_counter() - begun) * 1000),
    )  # fmt: skip
    try:
        call.save(force_insert=True)
    except (OperationalError, InterfaceError) as error:  # what was decided is told though its line is lost
        log.warning("no line in the log for %s: %s", request_id, error)
    return written(told, request_id)


def written(told: Told, request_id: UUID, error: ApiError | None = None) -> HttpResponse:
    answer = HttpResponse(told.body, status=told.status, content_type="application/json; charset=utf-8")
    answer["Nanhu-Request-Id"] = str(request_id)
    if told.is_replay:
        answer["Nanhu-Replayed"] = "true"
    if told.status == 401:  # noqa: PLR2004
        answer["WWW-Authenticate"] = f'Bearer realm="nanhu-card", error="{told.code}"'
    if isinstance(error, RateLimitedError):
        answer["Retry-After"] = str(error.facts.get("seconds", 1))
    return answer


@open_door
def openapi(request: HttpRequest) -> HttpResponse:
    if request.method not in {"GET", "HEAD"}:
        return refused(MethodRefusedError(), uuid4(), allow=("GET",))
    return JsonResponse(description(), json_dumps_params={"ensure_ascii": False})


@open_door
def unknown(_request: HttpRequest, **_names: str) -> HttpResponse:
    """Every other address below the interface's own."""
    return refused(AddressUnknownError(), uuid4())


def failure(_request: HttpRequest, status: int) -> HttpResponse:
    """What is refused before a view is found (a Host that is not ours, a head that cannot be read) or breaks around it."""
    if status == HTTPStatus.NOT_FOUND:
        return refused(AddressUnknownError(), uuid4())
    error = OutcomeBrokenError() if status >= HTTPStatus.INTERNAL_SERVER_ERROR else RequestUnreadableError()
    return refused(error, uuid4())


JSON_DOORS[PREFIX] = failure


Endpoint = Callable[..., Any]
ENDPOINTS: dict[str, Endpoint] = {path: endpoint(path) for path in dict.fromkeys(one.path for one in OPERATIONS)}
