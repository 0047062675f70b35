"""The audit log: written in the transaction of the action, append-only by the database's own hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nanhu.kernel.actors import Actor
from nanhu.kernel.database.prepared import insert
from nanhu.kernel.models import AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One line of the log: `action` is "room.verb", `target` names the thing ("card:42")."""

    by: Actor
    action: str
    target: str
    reason: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def record(
    *, by: Actor, action: str, target: str, reason: str = "", facts: Mapping[str, Any] | None = None
) -> AuditEntry:
    return insert(entry_of(Record(by=by, action=action, target=target, reason=reason, facts=facts or {})))


def record_many(records: Iterable[Record]) -> None:
    AuditEntry.objects.bulk_create([entry_of(one) for one in records], batch_size=2000)


def entry_of(one: Record) -> AuditEntry:
    return AuditEntry(
        account_id=one.by.account_id,
        actor=one.by.name,
        address=one.by.address,
        action=one.action,
        target=one.target,
        reason=one.reason,
        facts=dict(one.facts),
    )
