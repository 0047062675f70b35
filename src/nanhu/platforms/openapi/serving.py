"""One request of a known key: its address, scope, body and signature; its writes and its answer in one transaction."""

import hmac
import logging
import time
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError, connection, transaction
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _

from nanhu.kernel import strict_json
from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import CampusError
from nanhu.systems.card.vendors import wire
from nanhu.systems.card.vendors.errors import (
    TYPES,
    AddressRefusedError,
    ApiError,
    BodyLargeError,
    BodyRefusedError,
    ClockWrongError,
    ContentTypeRefusedError,
    IdempotencyKeyMissingError,
    IdempotencyKeyReusedError,
    OutcomeBrokenError,
    OutcomeUnknownError,
    ParameterRefusedError,
    PaymentRefusedError,
    ScopeMissingError,
    SignatureWrongError,
)
from nanhu.systems.card.vendors.faults import fault_in
from nanhu.systems.card.vendors.models import ApiRequest, Mode, Scope, VendorKey
from nanhu.systems.card.vendors.operations import Operation
from nanhu.systems.card.vendors.services.keys import hold_key
from nanhu.systems.card.vendors.services.vendors import is_address_allowed
from nanhu.systems.card.vendors.worlds import Asked
from nanhu.systems.card.vendors.worlds.live import LIVE
from nanhu.systems.card.vendors.worlds.sandbox import SANDBOX

log = logging.getLogger(__name__)
WORLDS = {Mode.LIVE: LIVE, Mode.TEST: SANDBOX}
PATIENCE = "5s"
LOCK = "SELECT set_config('lock_timeout', %s, true), pg_advisory_xact_lock(hashtextextended(%s, 0))"
"""Whoever waits longer, for this or for a wallet, is told 503: one vendor's pile of requests must not hold our threads."""
encode = msgspec.json.encode


class Told(NamedTuple):
    """`code` of an error, else empty; `is_replay` where it was told before."""

    status: int
    body: bytes
    code: str = ""
    is_replay: bool = False


class Caller(NamedTuple):
    key: VendorKey
    secret: str
    address: str
    request_id: str


def serve(request: HttpRequest, operation: Operation, caller: Caller, public_id: UUID) -> Told:
    """Everything a request may be refused for comes in this order; nothing is looked up before the key has the scope."""
    with translation.override(settings.LANGUAGE_CODE):
        try:
            return decide(request, operation, caller, public_id)
        except (OperationalError, InterfaceError):
            log.exception("%s of %s", operation.name, caller.key.number)
            return failed(OutcomeUnknownError(), caller.request_id)
        except CampusError as error:
            return failed(error, caller.request_id)
        except Exception:
            log.exception("%s of %s failed", operation.name, caller.key.number)
            return failed(OutcomeBrokenError(), caller.request_id)


def decide(request: HttpRequest, operation: Operation, caller: Caller, public_id: UUID) -> Told:
    key, vendor = caller.key, caller.key.vendor
    if key.mode == Mode.LIVE and not is_address_allowed(vendor, caller.address):
        raise AddressRefusedError
    if operation.scope and operation.scope not in vendor.scopes:
        raise ScopeMissingError(scope=Scope(operation.scope).label)
    check_parameters(request, operation)
    body = body_of(request)
    if operation.takes is not None and request.content_type != "application/json":
        raise ContentTypeRefusedError
    idempotency_key = check_signature(request, caller, body) if operation.writes else ""
    asked = Asked(
        by=Actor(account_id=None, name=f"vendor:{vendor.company}", address=caller.address), vendor=vendor, key=key,
        secret=caller.secret, order=order_of(operation, body), idempotency_key=idempotency_key,
        public_id=public_id, parameters=parameters_of(request, operation),
    )  # fmt: skip
    if not operation.writes:
        return Told(operation.status, encode(WORLDS[Mode(key.mode)][operation.name](asked)))
    mark = wire.fingerprint(request.method or "", request.path, body)
    return write_once(operation, asked, mark, caller.request_id)


def body_of(request: HttpRequest) -> bytes:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > wire.LARGEST_BODY:
        raise BodyLargeError
    try:
        body = request.body
    except RequestDataTooBig as error:
        raise BodyLargeError from error
    if len(body) > wire.LARGEST_BODY:
        raise BodyLargeError
    return body


def check_parameters(request: HttpRequest, operation: Operation) -> None:
    """A name misspelt would else find everything; what follows the path of a write is not signed, so none is taken."""
    for name, values in request.GET.lists():
        if name not in operation.parameters or len(values) > 1:
            raise ParameterRefusedError(param=name[:64])


def parameters_of(request: HttpRequest, operation: Operation) -> dict[str, str]:
    """One too long or with odd characters finds nothing: it is cut."""
    return {name: request.GET.get(name, "").replace("\0", "")[:64] for name in operation.parameters}


def order_of(operation: Operation, body: bytes) -> Any:
    if operation.takes is None:
        return None
    try:
        return wire.read(body, operation.takes)
    except msgspec.ValidationError as error:
        found = fault_in(str(error))
        raise BodyRefusedError(why=found.why, param=found.member) from error
    except strict_json.RepeatedMemberError as error:
        raise BodyRefusedError(why=_("同一项写了两次")) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BodyRefusedError(why=_("不是 JSON")) from error


def check_signature(request: HttpRequest, caller: Caller, body: bytes) -> str:
    """The Idempotency-Key, after the clock and the seal over all that is asked were found right."""
    idempotency_key = request.headers.get("Idempotency-Key", "")
    if wire.IDEMPOTENCY_KEY.fullmatch(idempotency_key) is None:
        raise IdempotencyKeyMissingError
    shown = wire.SIGNATURE.fullmatch(request.headers.get("Nanhu-Signature", ""))
    if shown is None:
        raise SignatureWrongError
    moment, signature = shown.groups()
    text = wire.signed_text(
        moment=moment, method=request.method or "", path=request.path, idempotency_key=idempotency_key, body=body
    )
    if not hmac.compare_digest(wire.seal(caller.secret, text), signature):
        raise SignatureWrongError
    if abs(time.time() - int(moment)) > wire.CLOCK_TOLERANCE_SECONDS:
        raise ClockWrongError
    return idempotency_key


def write_once(operation: Operation, asked: Asked, mark: bytes, request_id: str) -> Told:
    """The same Idempotency-Key with the same request is told the same bytes and does nothing more."""
    key, name = asked.key, asked.idempotency_key
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute(LOCK, [PATIENCE, f"card_vendor_request:{key.vendor_id}:{key.mode}:{name}"])
        hold_key(key)
        asked.vendor.refresh_from_db(fields=["scopes", "units"])
        if not asked.may(operation.scope):
            raise ScopeMissingError(scope=Scope(operation.scope).label)
        known = ApiRequest.objects.filter(vendor=asked.vendor, mode=key.mode, idempotency_key=name).first()
        if known is not None:
            if bytes(known.fingerprint) != mark:
                raise IdempotencyKeyReusedError
            return Told(known.status, bytes(known.answer), is_replay=True)
        told = run(operation, asked, request_id)
        ApiRequest.objects.create(
            vendor=asked.vendor, mode=key.mode, idempotency_key=name, key=key, operation=operation.name,
            fingerprint=mark, status=told.status, answer=told.body,
        )  # fmt: skip
        return told


def run(operation: Operation, asked: Asked, request_id: str) -> Told:
    """The deed's answer, or its refusal with its writes undone (or kept, where the error says so)."""
    work = WORLDS[Mode(asked.key.mode)][operation.name]
    try:
        with transaction.atomic():
            try:
                return Told(operation.status, encode(work(asked)))
            except ApiError as error:
                if not error.keeps_writes:
                    raise
                return failed(error, request_id)
    except CampusError as error:
        return failed(error, request_id)


def failed(error: CampusError, request_id: str) -> Told:
    code = error.reason if isinstance(error, PaymentRefusedError) else error.code.removeprefix("card.")
    fault = wire.Fault(
        type=TYPES.get(error.http_status, "invalid_request"), code=code, message=error.message,
        param=str(error.facts.get("param", "")), request_id=request_id,
        payment=error.facts.get("payment"), tries_left=error.facts.get("tries_left"),  # type: ignore[arg-type]
    )  # fmt: skip
    return Told(error.http_status, encode(wire.Error(error=fault)), code)
