"""The vendors' door over HTTP: no session, no cookie; whatever happens is JSON with a request id, and a line in the log."""

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from nanhu.systems.card.vendors import door
from nanhu.systems.card.vendors.description import description
from nanhu.systems.card.vendors.door import Caller, Told
from nanhu.systems.card.vendors.errors import ApiError, MethodRefusedError, RateLimitedError
from nanhu.systems.card.vendors.models import ApiCall
from nanhu.systems.card.vendors.operations import OPERATIONS, Operation
from nanhu.systems.card.vendors.rules import NOTHING
from nanhu.systems.card.vendors.services import buckets, keys


def endpoint(path: str) -> Callable[..., HttpResponse]:
    """The view of one address: the operations that stand at it, by method."""
    here: dict[str, Operation] = {operation.method: operation for operation in OPERATIONS if operation.path == path}

    def view(request: HttpRequest, public_id: UUID = NOTHING) -> HttpResponse:
        request_id = uuid4()
        method = "GET" if request.method == "HEAD" else request.method or ""
        operation = here.get(method)
        try:
            caller = known(request, request_id)
        except ApiError as error:
            return written(door.failed(error, str(request_id)), request_id, error)
        if operation is None:
            return written(door.failed(MethodRefusedError(), str(request_id)), request_id)
        return answered(request, operation, caller, request_id, public_id)

    return login_not_required(csrf_exempt(never_cache(view)))


def known(request: HttpRequest, request_id: UUID) -> Caller:
    address = request.META.get("REMOTE_ADDR", "")
    try:
        key, secret = keys.key_of(request.headers.get("Authorization", ""))
    except ApiError:
        buckets.take_as_stranger(address)
        raise
    buckets.take(key, address)
    return Caller(key=key, secret=secret, address=address, request_id=str(request_id))


def answered(
    request: HttpRequest, operation: Operation, caller: Caller, request_id: UUID, public_id: UUID
) -> HttpResponse:
    begun = time.perf_counter()
    told = door.serve(request, operation, caller, public_id)
    ApiCall.objects.create(
        public_id=request_id, vendor=caller.key.vendor, key=caller.key, mode=caller.key.mode, operation=operation.name,
        method=request.method or "", path=request.path, status=told.status, code=told.code, is_replay=told.is_replay,
        address=caller.address, milliseconds=int((time.perf_counter() - begun) * 1000),
    )  # fmt: skip
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


@login_not_required
@require_safe
@never_cache
def openapi(_request: HttpRequest) -> HttpResponse:
    return JsonResponse(description(), json_dumps_params={"ensure_ascii": False})


Endpoint = Callable[..., Any]
ENDPOINTS: dict[str, Endpoint] = {path: endpoint(path) for path in dict.fromkeys(one.path for one in OPERATIONS)}
