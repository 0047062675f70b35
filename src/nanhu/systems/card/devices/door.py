"""One request of a known terminal: decided once, its writes and its answer in one transaction."""

import hashlib
import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Greatest
from django.utils import translation

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError
from nanhu.systems.card.devices.bodies import read_object
from nanhu.systems.card.devices.diary import DIARY
from nanhu.systems.card.devices.errors import MalformedError, NotForThisTerminalError
from nanhu.systems.card.devices.misses import made_too_many, missed_too_often, note_miss
from nanhu.systems.card.devices.models import DeviceRequest
from nanhu.systems.card.devices.operations import Asked, Operation
from nanhu.systems.card.models import PosTerminal, Receipt
from nanhu.systems.card.protocol import SENTENCES, refused

log = logging.getLogger(__name__)
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
encode = msgspec.json.Encoder().encode


class Told(NamedTuple):
    status: int
    body: bytes


def serve(*, terminal: PosTerminal, sequence: int, operation: Operation, body: bytes, address: str) -> Told:
    """The same sequence with the same body is told the same bytes. What we cannot know is `outcome_unknown`: ask again."""
    with translation.override(settings.LANGUAGE_CODE):
        for attempt in (1, 2):
            try:
                return decide(terminal, sequence, operation, body, address)
            except MalformedError:
                raise
            except (OperationalError, InterfaceError) as error:
                log.warning("%s of %s, attempt %d: %s", operation.name, terminal.number, attempt, error)
            except Exception:
                log.exception("%s of %s failed", operation.name, terminal.number)
                break
    return Told(503, encode(refused("outcome_unknown")))


def decide(terminal: PosTerminal, sequence: int, operation: Operation, body: bytes, address: str) -> Told:
    fingerprint = hashlib.sha256(f"{operation.name}\n".encode() + body).digest()
    values = read_object(body)
    by = Actor(account_id=None, name=f"terminal:{terminal.number}", address=address)
    asked = Asked(terminal=terminal, sequence=sequence, body=values, by=by)
    if operation.reads:
        return Told(200, encode(run(operation, asked)))
    with transaction.atomic(durable=True):
        hold(terminal, sequence)
        known = DeviceRequest.objects.filter(terminal=terminal, sequence=sequence).first()
        if known is not None and bytes(known.fingerprint) == fingerprint:
            return Told(known.status, bytes(known.answer))
        if known is not None or Receipt.objects.filter(terminal=terminal, sequence=sequence).exists():
            return Told(409, encode(refused("sequence_reused", sequence=sequence)))
        answer = run(operation, asked)
        told = Told(200, encode({**answer, "sequence": sequence}))
        DeviceRequest.objects.create(
            terminal=terminal, sequence=sequence, operation=operation.name, fingerprint=fingerprint, status=told.status,
            answer=told.body,
        )  # fmt: skip
        note_seen(terminal, sequence)
        return told


def hold(terminal: PosTerminal, sequence: int) -> None:
    """Whoever asks the same at the same time waits here, and then reads what the first was told."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [f"card_device_request:{terminal.pk}:{sequence}"])


def run(operation: Operation, asked: Asked) -> dict[str, Any]:
    """The operation's answer, or its refusal with its writes undone (or kept, where the error says so)."""
    if asked.terminal.state != PosTerminal.State.ON:
        return {"outcome": "refused", "code": "terminal_off", "sentence": SENTENCES["terminal_off"]}
    if asked.terminal.kind not in operation.kinds:
        return refusal(NotForThisTerminalError())
    if missed_too_often(asked.terminal) or made_too_many(asked.terminal, operation.name):
        DIARY.refuse(
            terminal=asked.terminal.number, address=asked.by.address, code="terminal_limit", detail=operation.name
        )
        return {"outcome": "refused", "code": "terminal_limit", "sentence": SENTENCES["terminal_limit"]}
    answer = done(operation, asked)
    note_miss(asked.terminal.pk, answer.get("code"))
    return answer


def done(operation: Operation, asked: Asked) -> dict[str, Any]:
    try:
        with transaction.atomic():
            try:
                return {"outcome": "approved", **operation.work(asked)}
            except CampusError as error:
                if not getattr(error, "keeps_writes", False) or isinstance(error, MalformedError):
                    raise
                return refusal(error)
    except MalformedError:
        raise
    except CampusError as error:
        return refusal(error)


def refusal(error: CampusError) -> dict[str, Any]:
    answer: dict[str, Any] = {"outcome": "refused", "code": error.code, "sentence": error.message}
    facts = plain_facts(error.facts)
    return {**answer, "facts": facts} if facts else answer


def plain_facts(facts: Mapping[str, object]) -> dict[str, Any]:
    """What a program may want to know of a refusal, such as the tries left."""
    return {name: value for name, value in facts.items() if isinstance(value, bool | int | str)}


def note_seen(terminal: PosTerminal, sequence: int) -> None:
    seen = PosTerminal.objects.filter(pk=terminal.pk)
    seen.update(last_seen=now())
    seen.filter(Q(sequence_ceiling=None) | Q(sequence_ceiling__gte=sequence)).update(
        last_sequence=Greatest("last_sequence", sequence)
    )
