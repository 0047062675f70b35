"""One request of a known terminal: answered once, its writes and its answer in one transaction."""

import hashlib
import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.db.models.functions import Greatest
from django.utils import translation

from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import attempt
from nanhu.kernel.clock import now
from nanhu.kernel.database import away
from nanhu.kernel.database.values import one_value
from nanhu.kernel.errors import CampusError
from nanhu.kernel.once import lock_key
from nanhu.platforms.terminals.bodies import read_object
from nanhu.platforms.terminals.errors import MalformedError, NotForThisTerminalError, TerminalLimitError
from nanhu.platforms.terminals.guards import GUARDS
from nanhu.platforms.terminals.models import LoggedRequest, Terminal
from nanhu.platforms.terminals.operations import Operation, Request
from nanhu.platforms.terminals.rates import Rate
from nanhu.platforms.terminals.services.incidents import INCIDENTS
from nanhu.platforms.terminals.wire import refusal

log = logging.getLogger(__name__)
LIMIT = TerminalLimitError.code
RATE = Rate({}, usual=600)
"""Of each operation: also what is done is kept for ever, and a question costs as much."""
NEXT = "UPDATE terminals_terminal SET last_sequence = last_sequence + 1 WHERE id = %s RETURNING last_sequence"
encode = msgspec.json.Encoder().encode


class Response(NamedTuple):
    status: int
    body: bytes


def answer(*, terminal: Terminal, sequence: int, operation: Operation, body: bytes, address: str) -> Response:
    """The same sequence with the same body gets the same bytes. What we cannot know is `outcome_unknown`: ask again."""
    with translation.override(settings.LANGUAGE_CODE):
        for attempt in (1, 2):
            try:
                return answer_once(terminal, sequence, operation, body, address)
            except MalformedError:
                raise
            except (OperationalError, InterfaceError) as error:
                away.note(error)
                log.warning("%s of %s, attempt %d: %s", operation.name, terminal.number, attempt, error)
            except Exception:
                log.exception("%s of %s failed", operation.name, terminal.number)
                break
    return Response(503, encode(refusal("outcome_unknown")))


def answer_once(terminal: Terminal, sequence: int, operation: Operation, body: bytes, address: str) -> Response:
    fingerprint = hashlib.sha256(f"{operation.name}\n".encode() + body).digest()
    by = Actor(account_id=None, name=f"terminal:{terminal.number}", address=address)
    request = Request(terminal=terminal, sequence=sequence, body=read_object(body), by=by)
    if RATE.is_one_too_many(terminal.pk, operation.name):
        note_limit(request, operation)
        return Response(429, encode(refusal(LIMIT, sequence=sequence)))
    if operation.reads:
        return Response(200, encode(run(operation, request)))
    with transaction.atomic(durable=True):
        hold(terminal, sequence)
        known = LoggedRequest.objects.filter(terminal=terminal, sequence=sequence).first()
        if known is not None and bytes(known.fingerprint) == fingerprint:
            return Response(known.status, bytes(known.answer))
        if known is not None or any(guard.has_used(terminal, sequence) for guard in GUARDS):
            return Response(409, encode(refusal("sequence_reused", sequence=sequence)))
        if any(guard.is_flooding(terminal) for guard in GUARDS):
            note_limit(request, operation)
            return Response(429, encode(refusal(LIMIT, sequence=sequence)))
        found = run(operation, request)
        if found["outcome"] == "refused":
            for guard in GUARDS:
                guard.refused(terminal)
        response = Response(200, encode({**found, "sequence": sequence}))
        LoggedRequest.objects.create(
            terminal=terminal,
            sequence=sequence,
            operation=operation.name,
            fingerprint=fingerprint,
            status=response.status,
            answer=response.body,
        )
        note_seen(terminal, sequence)
        return response


def hold(terminal: Terminal, sequence: int) -> None:
    """Whoever asks the same at the same time waits here, and then reads what the first was answered."""
    lock_key(f"terminals_request:{terminal.pk}:{sequence}")


def run(operation: Operation, request: Request) -> dict[str, Any]:
    """The operation's answer, or its refusal with its writes undone (or kept, where the error says so)."""
    terminal = request.terminal
    if terminal.state != Terminal.State.ON:
        return refusal("terminal_off")
    if terminal.kind not in operation.kinds:
        return refusal_of(NotForThisTerminalError())
    is_over = any(guard.is_over_its_limit(terminal, operation.name) for guard in GUARDS)
    found = refusal(LIMIT) if is_over else done(operation, request)
    if not all(guard.may_be_answered(terminal, found.get("code")) for guard in GUARDS):
        found = refusal(LIMIT)
    if found.get("code") == LIMIT:
        note_limit(request, operation)
    return found


def note_limit(request: Request, operation: Operation) -> None:
    INCIDENTS.refuse_signed(
        terminal=request.terminal.number, address=request.by.address, code=LIMIT, detail=operation.name
    )


def done(operation: Operation, request: Request) -> dict[str, Any]:
    try:
        return attempt(lambda: {"outcome": "approved", **operation.work(request)})
    except MalformedError:
        raise
    except CampusError as error:
        return refusal_of(error)


def refusal_of(error: CampusError) -> dict[str, Any]:
    answer: dict[str, Any] = {"outcome": "refused", "code": error.code, "sentence": error.message}
    facts = plain_facts(error.facts)
    return {**answer, "facts": facts} if facts else answer


def plain_facts(facts: Mapping[str, object]) -> dict[str, Any]:
    """What a program may want to know of a refusal, such as the tries left."""
    return {name: value for name, value in facts.items() if isinstance(value, bool | int | str)}


def note_seen(terminal: Terminal, sequence: int) -> None:
    seen = Terminal.objects.filter(pk=terminal.pk)
    seen.update(last_seen=now())
    seen.filter(Q(sequence_ceiling=None) | Q(sequence_ceiling__gte=sequence)).update(
        last_sequence=Greatest("last_sequence", sequence)
    )


def next_sequence(terminal_id: int) -> int:
    """The next sequence of a terminal that exists only here, such as one whose sales come by another interface; holds its row."""
    return int(one_value(NEXT, [terminal_id]))
