"""One request of a known key: its address, scope, body and signature; its writes and its response in one transaction."""

import hmac
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from threading import BoundedSemaphore
from typing import Any, Final, NamedTuple

import msgspec
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _

from nanhu.kernel import read_only, strict_json
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import attempt
from nanhu.kernel.bodies import LARGEST_FORM, declared_size
from nanhu.kernel.database import away
from nanhu.kernel.database.values import one_row
from nanhu.kernel.errors import CampusError
from nanhu.platforms.openapi import bodies, signature
from nanhu.platforms.openapi.body_errors import fault_in
from nanhu.platforms.openapi.errors import (
    TYPES,
    AddressRefusedError,
    ApiError,
    BodyLargeError,
    BodyRefusedError,
    ClockWrongError,
    ContentTypeRefusedError,
    IdempotencyKeyMissingError,
    IdempotencyKeyReusedError,
    NowReadOnlyError,
    OutcomeBrokenError,
    OutcomeUnknownError,
    ParameterRefusedError,
    RateLimitedError,
    ScopeMissingError,
    SignatureWrongError,
)
from nanhu.platforms.openapi.interfaces import NO_ID, Interface, Operation, Request, scope_name
from nanhu.platforms.openapi.models import ApiKey, IdempotencyRecord, Mode
from nanhu.platforms.openapi.services.keys import hold_key
from nanhu.platforms.openapi.services.vendors import is_address_allowed

log = logging.getLogger(__name__)
LOCK_TIMEOUT = "5s"
LONGEST = 160
LOCK = "SELECT set_config('lock_timeout', %s, true), pg_advisory_xact_lock(hashtextextended(%s, 0))"
"""Whoever waits longer, for this or for what an operation locks, is told 503: one vendor's pile of requests must not hold our threads."""
PIECE: Final = 64 * 1024
LARGE_AT_ONCE: Final = BoundedSemaphore(1)
"""Of a process: what one large body becomes when it is read is several times as large."""
LONGEST_WAIT_SECONDS: Final = 5
encode = msgspec.json.encode
COMMON = bodies.Fault.__struct_fields__


class Response(NamedTuple):
    """`code` of an error, else empty; `is_replay` where it was given before."""

    status: int
    body: bytes
    code: str = ""
    is_replay: bool = False
    content_type: str = "application/json; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


class Caller(NamedTuple):
    interface: Interface
    key: ApiKey
    secret: str
    address: str
    request_id: str


class Seal(NamedTuple):
    """As the heads of a request show it."""

    idempotency_key: str
    moment: str
    seal: str


def serve(request: HttpRequest, operation: Operation, caller: Caller, named: Mapping[str, Any]) -> Response:
    """Everything a request may be refused for comes in this order; nothing is looked up before the key has the scope."""
    with translation.override(settings.LANGUAGE_CODE):
        try:
            return handle(request, operation, caller, named)
        except (OperationalError, InterfaceError) as error:
            away.note(error)
            log.exception("%s of %s", operation.name, caller.key.number)
            return error_response(caller.interface, OutcomeUnknownError(), caller.request_id)
        except CampusError as error:
            return error_response(caller.interface, error, caller.request_id)
        except Exception:
            log.exception("%s of %s failed", operation.name, caller.key.number)
            return error_response(caller.interface, OutcomeBrokenError(), caller.request_id)


def handle(request: HttpRequest, operation: Operation, caller: Caller, named: Mapping[str, Any]) -> Response:
    key, vendor = caller.key, caller.key.vendor
    if key.mode == Mode.LIVE and not is_address_allowed(vendor, caller.address):
        raise AddressRefusedError
    if operation.scope and operation.scope not in vendor.scopes:
        raise ScopeMissingError(scope=scope_name(operation.scope))
    check_parameters(request, operation)
    if declared_size(request) > operation.largest_body:
        raise BodyLargeError(most=operation.largest_body // 1024)
    if operation.takes is not None and request.content_type != "application/json":
        raise ContentTypeRefusedError
    with authentic_body(request, operation, caller) as (body, idempotency_key):
        api_request = Request(
            by=Actor(account_id=None, name=f"vendor:{vendor.company}", address=caller.address),
            interface=caller.interface,
            vendor=vendor,
            key=key,
            secret=caller.secret,
            body=decoded(operation, body),
            idempotency_key=idempotency_key,
            public_id=named.get("public_id", NO_ID),
            names={name: value for name, value in named.items() if name != "public_id"},
            parameters=parameters_of(request, operation),
            known_tag=request.headers.get("If-None-Match", "")[:200],
        )
        if not operation.writes:
            return response_of(operation, operation.handlers[key.mode](api_request))
        mark = signature.fingerprint(request.method or "", request.path, body)
        return write_once(operation, api_request, mark, caller.request_id)


def response_of(operation: Operation, said: bodies.ResponseBody | bodies.Raw) -> Response:
    if isinstance(said, bodies.Raw):
        return Response(said.status, said.body, content_type=said.content_type, headers=said.headers)
    return Response(operation.status, encode(said))


@contextmanager
def authentic_body(request: HttpRequest, operation: Operation, caller: Caller) -> Iterator[tuple[bytes, str]]:
    """A body, with its Idempotency-Key where it must be signed. Memory holds a large one only once its seal was found right, and few at once."""
    shown = shown_seal(request) if operation.writes else None
    with SpooledTemporaryFile(max_size=LARGEST_FORM) as file:
        while piece := request.read(PIECE):  # what one may send is the operation's to say, not Django's of forms
            file.write(piece)
        size = file.tell()
        if shown is not None:
            check_seal(request, caller, shown, file)
        with room_for(size):
            file.seek(0)
            yield file.read(), shown.idempotency_key if shown else ""


@contextmanager
def room_for(size: int) -> Iterator[None]:
    if size <= LARGEST_FORM:
        yield
        return
    if not LARGE_AT_ONCE.acquire(timeout=LONGEST_WAIT_SECONDS):
        raise RateLimitedError(seconds=LONGEST_WAIT_SECONDS)
    try:
        yield
    finally:
        LARGE_AT_ONCE.release()


def check_parameters(request: HttpRequest, operation: Operation) -> None:
    """A name misspelt would else find everything; what follows the path of a write is not signed, so none is taken."""
    try:
        listed = list(request.GET.lists())
    except SuspiciousOperation:  # more of them than are read
        raise ParameterRefusedError from None
    for name, values in listed:
        if name not in operation.parameters or len(values) > 1:
            raise ParameterRefusedError(param=name[:64])


def parameters_of(request: HttpRequest, operation: Operation) -> dict[str, str]:
    """One too long or with odd characters finds nothing: it is cut."""
    return {name: request.GET.get(name, "").replace("\0", "")[:LONGEST] for name in operation.parameters}


def decoded(operation: Operation, body: bytes) -> Any:
    if operation.takes is None:
        return None
    try:
        return bodies.read(body, operation.takes)
    except msgspec.ValidationError as error:
        found = fault_in(str(error))
        raise BodyRefusedError(why=found.why, param=found.member) from error
    except strict_json.RepeatedMemberError as error:
        raise BodyRefusedError(why=_("同一项写了两次")) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BodyRefusedError(why=_("不是 JSON")) from error


def shown_seal(request: HttpRequest) -> Seal:
    idempotency_key = request.headers.get("Idempotency-Key", "")
    if signature.IDEMPOTENCY_KEY.fullmatch(idempotency_key) is None:
        raise IdempotencyKeyMissingError
    shown = signature.SIGNATURE.fullmatch(request.headers.get("Nanhu-Signature", ""))
    if shown is None:
        raise SignatureWrongError
    return Seal(idempotency_key, *shown.groups())


def check_seal(request: HttpRequest, caller: Caller, shown: Seal, body: SpooledTemporaryFile[bytes]) -> None:
    """The clock, and before it the seal over all that is api_request, are right."""
    head = signature.signed_text(
        moment=shown.moment,
        method=request.method or "",
        path=request.path,
        idempotency_key=shown.idempotency_key,
        body=b"",
    )
    if not hmac.compare_digest(signature.seal_over(caller.secret, head, body), shown.seal):
        raise SignatureWrongError
    if abs(time.time() - int(shown.moment)) > signature.CLOCK_TOLERANCE_SECONDS:
        raise ClockWrongError


def write_once(operation: Operation, api_request: Request, mark: bytes, request_id: str) -> Response:
    """The same Idempotency-Key with the same request gets the same bytes and does nothing more.

    So does it while the school is read-only: who paid before and lost our answer must not hear that nothing was done.
    """
    key, name = api_request.key, api_request.idempotency_key
    with transaction.atomic(durable=True):
        one_row(LOCK, [LOCK_TIMEOUT, f"openapi_request:{key.vendor_id}:{key.mode}:{name}"])
        hold_key(key)
        api_request.vendor.refresh_from_db(fields=["scopes"])
        if not api_request.may(operation.scope):
            raise ScopeMissingError(scope=scope_name(operation.scope))
        known = IdempotencyRecord.objects.filter(vendor=api_request.vendor, mode=key.mode, idempotency_key=name).first()
        if known is not None:
            if bytes(known.fingerprint) != mark:
                raise IdempotencyKeyReusedError
            return Response(known.status, bytes(known.response), is_replay=True)
        if read_only.is_on() and not api_request.interface.goes_on(operation):
            raise NowReadOnlyError
        response = run(operation, api_request, request_id)
        IdempotencyRecord.objects.create(
            vendor=api_request.vendor,
            mode=key.mode,
            idempotency_key=name,
            key=key,
            operation=operation.name,
            fingerprint=mark,
            status=response.status,
            response=response.body,
        )
        return response


def run(operation: Operation, api_request: Request, request_id: str) -> Response:
    """The operation's response, or its refusal with its writes undone (or kept, where the error says so)."""
    try:
        body = attempt(lambda: encode(operation.handlers[api_request.key.mode](api_request)))
        return Response(operation.status, body)
    except CampusError as error:
        return error_response(api_request.interface, error, request_id)


def error_response(interface: Interface | None, error: CampusError, request_id: str) -> Response:
    """In the interface's own shape of errors; addresses of no interface answer in the common one."""
    shape = interface.fault_type if interface else bodies.Fault
    own: dict[str, Any] = {
        name: error.facts[name] for name in shape.__struct_fields__ if name not in COMMON and name in error.facts
    }
    code, kind = (error.own_code, error.kind) if isinstance(error, ApiError) else (error.code.rpartition(".")[2], "")
    fault = shape(
        type=kind or TYPES.get(error.http_status, "invalid_request"),
        code=code,
        message=error.message,
        param=str(error.facts.get("param", "")),
        request_id=request_id,
        **own,
    )
    seconds = error.retry_after if isinstance(error, ApiError) else 0
    headers = (("Retry-After", str(seconds)),) if seconds else ()
    return Response(error.http_status, encode({"error": fault}), code, headers=headers)
