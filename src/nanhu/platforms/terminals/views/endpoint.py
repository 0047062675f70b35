"""The services endpoint as HTTP: the frame of docs/protocols/terminal-services.md around `services.answering`."""

import hmac
import logging
import time
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec
from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from nanhu.kernel.database import away
from nanhu.platforms.terminals.errors import MalformedError
from nanhu.platforms.terminals.guards import find_terminal
from nanhu.platforms.terminals.models import Terminal
from nanhu.platforms.terminals.operations import OPERATIONS, Operation
from nanhu.platforms.terminals.rates import FormerKeyUses
from nanhu.platforms.terminals.services import answering
from nanhu.platforms.terminals.services.answering import Response
from nanhu.platforms.terminals.services.incidents import INCIDENTS
from nanhu.platforms.terminals.services.keys import former_key_of, keys_of, use_key
from nanhu.platforms.terminals.wire import (
    FORMER_KEY,
    LARGEST_BODY,
    TERMINAL_NUMBER,
    clock_offset,
    furthest_after,
    is_tolerable,
    read_sequence,
    refusal,
    sign_request,
    sign_response,
)

log = logging.getLogger(__name__)
encode = msgspec.json.Encoder().encode
FORMER = FormerKeyUses()


class Frame(NamedTuple):
    """The headers of a request, as sent."""

    terminal: str
    sequence: str
    clock: str
    signature: str
    address: str


@csrf_exempt
@login_not_required
def services(request: HttpRequest, name: str) -> HttpResponse:
    operation = OPERATIONS.get(name)
    if request.method != "POST" or operation is None:
        return unsigned(404, refusal("not_found"))
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        return unsigned(413, refusal("too_large"))
    try:
        return served(request, operation)
    except (OperationalError, InterfaceError) as error:
        away.note(error)
        log.warning("%s cannot be answered, the database is away: %s", name, error)
        return failure(request, HTTPStatus.SERVICE_UNAVAILABLE)


def served(request: HttpRequest, operation: Operation) -> HttpResponse:
    frame = frame_of(request)
    terminal = find_terminal(frame.terminal) if TERMINAL_NUMBER.fullmatch(frame.terminal) else None
    key = None if terminal is None else signing_key(terminal, frame, request)
    if terminal is None or key is None:
        # Unsigned, as at the gateway: a signed "nothing happened" could be handed to the terminal instead of the truth.
        code = "terminal_unknown" if terminal is None else "signature_wrong"
        if terminal is not None and is_by_former_key(terminal, frame, request):
            note(frame, FORMER_KEY)
        else:
            INCIDENTS.refuse(terminal=frame.terminal, address=frame.address, code=code)
        return unsigned(401, refusal(code))
    answer = answer_of(operation, terminal, frame, request.body, key)
    response = HttpResponse(answer.body, status=answer.status, content_type="application/json")
    response["Nanhu-Signature"] = sign_response(
        key, request_signature=frame.signature, status=answer.status, body=answer.body
    )
    return to_come_again(response)


def answer_of(operation: Operation, terminal: Terminal, frame: Frame, body: bytes, key: bytes) -> Response:
    if not is_tolerable(clock_offset(frame.clock)):
        note(frame, "clock_wrong", frame.clock)
        return Response(401, encode(refusal("clock_wrong", server_time=time.time())))
    sequence = 0 if operation.reads else read_sequence(frame.sequence)
    if sequence is None or sequence > furthest_after(terminal.last_sequence):
        note(frame, "sequence_invalid", frame.sequence)
        return Response(400, encode(refusal("sequence_invalid")))
    use_key(terminal, key)
    try:
        return answering.answer(
            terminal=terminal, sequence=sequence, operation=operation, body=body, address=frame.address
        )
    except MalformedError:
        note(frame, "malformed", operation.name)
        return Response(400, encode(refusal("malformed")))


def frame_of(request: HttpRequest) -> Frame:
    find = request.headers.get
    return Frame(
        find("Nanhu-Terminal", ""),
        find("Nanhu-Sequence", ""),
        find("Nanhu-Clock", ""),
        find("Nanhu-Signature", ""),
        request.META.get("REMOTE_ADDR", ""),
    )


def signing_key(terminal: Terminal, frame: Frame, request: HttpRequest) -> bytes | None:
    """The key among the terminal's that signed this; None where none did."""
    return signer_among(keys_of(terminal), terminal, frame, request)


def is_by_former_key(terminal: Terminal, frame: Frame, request: HttpRequest) -> bool:
    """More often than of one whose answer was lost, and now: what was overheard is good for nothing here either."""
    return (
        is_tolerable(clock_offset(frame.clock))
        and signer_among(former_key_of(terminal), terminal, frame, request) is not None
        and FORMER.is_strange(terminal.pk, terminal.key_version)
    )


def signer_among(keys: list[bytes], terminal: Terminal, frame: Frame, request: HttpRequest) -> bytes | None:
    for key in keys:
        right = sign_request(
            key,
            method="POST",
            path=request.path,
            terminal=terminal.number,
            sequence=frame.sequence,
            clock=frame.clock,
            body=request.body,
        )
        if hmac.compare_digest(right.encode(), frame.signature.encode("latin-1", "replace")):
            return key
    return None


def note(frame: Frame, code: str, detail: str = "") -> None:
    """Of a request that its terminal signed."""
    INCIDENTS.refuse_signed(terminal=frame.terminal, address=frame.address, code=code, detail=detail)


def failure(_request: HttpRequest, status: int) -> HttpResponse:
    """What is refused before a terminal is known, or breaks around the view: in the protocol's words, as a terminal reads no page."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return to_come_again(unsigned(HTTPStatus.SERVICE_UNAVAILABLE, refusal("outcome_unknown")))
    if status == HTTPStatus.NOT_FOUND:
        return unsigned(status, refusal("not_found"))
    return unsigned(HTTPStatus.BAD_REQUEST, refusal("malformed"))


def to_come_again(response: HttpResponse) -> HttpResponse:
    if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(away.RETRY_SECONDS)
    return response


def unsigned(status: int, said: dict[str, Any]) -> HttpResponse:
    return HttpResponse(encode(said), status=status, content_type="application/json")
