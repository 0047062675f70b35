"""The audit log: written in the transaction of the deed, append-only by the database's own hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nanhu.kernel.actors import Actor
from nanhu.kernel.models import AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One line of the log: `action` is "room.verb", `target` names the thing ("card:42")."""

    by: Actor
    action: str
    target: str
    reason: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def record(
    *, by: Actor, action: str, target: str, reason: str = "", facts: Mapping[str, Any] | None = None
) -> AuditEntry:
    deed = Deed(by=by, action=action, target=target, reason=reason, facts=facts or {})
    entry = entry_of(deed)
    entry.save(force_insert=True)
    return entry


def record_many(deeds: Iterable[Deed]) -> None:
    AuditEntry.objects.bulk_create([entry_of(deed) for deed in deeds], batch_size=2000)


def entry_of(deed: Deed) -> AuditEntry:
    return AuditEntry(
        account_id=deed.by.account_id,
        actor=deed.by.name,
        address=deed.by.address,
        action=deed.action,
        target=deed.target,
        reason=deed.reason,
        facts=dict(deed.facts),
    )
