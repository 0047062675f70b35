"""The services door as HTTP: the frame of docs/protocols/terminal-services.md around door.serve."""

import hmac
import logging
import time
from typing import NamedTuple

import msgspec
from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from nanhu.platforms.identity.api import open_during_setup
from nanhu.systems.card.devices import door
from nanhu.systems.card.devices.diary import DIARY
from nanhu.systems.card.devices.door import Told
from nanhu.systems.card.devices.errors import MalformedError
from nanhu.systems.card.devices.misses import with_misses
from nanhu.systems.card.devices.operations import OPERATIONS, Operation
from nanhu.systems.card.fleet.keys import keys_of, use_key
from nanhu.systems.card.gateway.requests import read_sequence
from nanhu.systems.card.gateway.server import clock_offset, is_tolerable
from nanhu.systems.card.models import PosTerminal
from nanhu.systems.card.protocol import (
    LARGEST_BODY,
    TERMINAL_NUMBER,
    Answer,
    furthest_after,
    refused,
    sign_request,
    sign_response,
)

log = logging.getLogger(__name__)
encode = msgspec.json.Encoder().encode


class Frame(NamedTuple):
    """The headers of a request, as sent."""

    terminal: str
    sequence: str
    clock: str
    signature: str
    address: str


@csrf_exempt
@login_not_required
@open_during_setup
def services(request: HttpRequest, name: str) -> HttpResponse:
    operation = OPERATIONS.get(name)
    if request.method != "POST" or operation is None:
        return unsigned(404, refused("not_found"))
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        return unsigned(413, refused("too_large"))
    try:
        return served(request, operation)
    except (OperationalError, InterfaceError) as error:
        log.warning("%s cannot be answered, the database is away: %s", name, error)
        return unsigned(503, refused("outcome_unknown"))


def served(request: HttpRequest, operation: Operation) -> HttpResponse:
    frame = frame_of(request)
    terminal = find_terminal(frame.terminal)
    key = None if terminal is None else signing_key(terminal, frame, request)
    if terminal is None or key is None:
        # Unsigned, as at the gateway: a signed "nothing happened" could be handed to the terminal instead of the truth.
        code = "terminal_unknown" if terminal is None else "signature_wrong"
        note(frame, code)
        return unsigned(401, refused(code))
    told = answer(operation, terminal, frame, request.body, key)
    response = HttpResponse(told.body, status=told.status, content_type="application/json")
    response["Nanhu-Signature"] = sign_response(
        key, request_signature=frame.signature, status=told.status, body=told.body
    )
    return response


def answer(operation: Operation, terminal: PosTerminal, frame: Frame, body: bytes, key: bytes) -> Told:
    if not is_tolerable(clock_offset(frame.clock)):
        note(frame, "clock_wrong", frame.clock)
        return Told(401, encode(refused("clock_wrong", server_time=time.time())))
    sequence = 0 if operation.reads else read_sequence(frame.sequence)
    if sequence is None or sequence > furthest_after(terminal.last_sequence):
        note(frame, "sequence_invalid", frame.sequence)
        return Told(400, encode(refused("sequence_invalid")))
    use_key(terminal, key)
    try:
        return door.serve(terminal=terminal, sequence=sequence, operation=operation, body=body, address=frame.address)
    except MalformedError:
        note(frame, "malformed", operation.name)
        return Told(400, encode(refused("malformed")))


def frame_of(request: HttpRequest) -> Frame:
    find = request.headers.get
    return Frame(
        find("Nanhu-Terminal", ""), find("Nanhu-Sequence", ""), find("Nanhu-Clock", ""), find("Nanhu-Signature", ""),
        request.META.get("REMOTE_ADDR", ""),
    )  # fmt: skip


def find_terminal(number: str) -> PosTerminal | None:
    if TERMINAL_NUMBER.fullmatch(number) is None:
        return None
    return with_misses(PosTerminal.objects.select_related("merchant")).filter(number=number).first()


def signing_key(terminal: PosTerminal, frame: Frame, request: HttpRequest) -> bytes | None:
    """The key among the terminal's that signed this; None where none did."""
    for key in keys_of(terminal):
        right = sign_request(
            key, method="POST", path=request.path, terminal=terminal.number, sequence=frame.sequence,
            clock=frame.clock, body=request.body,
        )  # fmt: skip
        if hmac.compare_digest(right.encode(), frame.signature.encode("latin-1", "replace")):
            return key
    return None


def note(frame: Frame, code: str, detail: str = "") -> None:
    DIARY.refuse(terminal=frame.terminal, address=frame.address, code=code, detail=detail)


def unsigned(status: int, said: Answer) -> HttpResponse:
    return HttpResponse(encode(said), status=status, content_type="application/json")
