"""The switch of the emergency read-only mode: one transaction, so that a process that dies has switched or has not."""

import structlog
from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.models import ReadOnlySpell
from nanhu.kernel.once import lock_key
from nanhu.kernel.proposals import given
from nanhu.kernel.read_only import TARGET, AlreadyReadOnlyError, NotReadOnlyError, current, given_back

log = structlog.get_logger()


@transaction.atomic
def begin(*, by: Actor, reason: str, with_approval_of: str = "") -> ReadOnlySpell:
    lock_key(TARGET)
    if ReadOnlySpell.objects.filter(ended_at=None).exists():
        raise AlreadyReadOnlyError
    spell = ReadOnlySpell.objects.create(
        reason=given(reason), began_by=by.name, began_with=with_approval_of, began_at=now()
    )
    audit.record(by=by, action="kernel.begin_read_only", target=TARGET, reason=spell.reason)
    transaction.on_commit(current.forget)
    return spell


@transaction.atomic
def end(*, by: Actor, reason: str = "", with_approval_of: str = "") -> ReadOnlySpell:
    lock_key(TARGET)
    spell = ReadOnlySpell.objects.select_for_update().filter(ended_at=None).first()
    if spell is None:
        raise NotReadOnlyError
    spell.ended_at, spell.ended_by, spell.ended_with = now(), by.name, with_approval_of
    spell.save(update_fields=["ended_at", "ended_by", "ended_with"])
    left = give_hours_back(spell)
    audit.record(
        by=by,
        action="kernel.end_read_only",
        target=TARGET,
        reason=reason.strip(),
        facts={"hours_not_given_back": ", ".join(left)} if left else None,
    )
    transaction.on_commit(current.forget)
    return spell


def give_hours_back(spell: ReadOnlySpell) -> list[str]:
    """One room that fails neither keeps the school read-only nor the others from it; the audit names it."""
    failed = []
    for room, give_back in given_back.items():
        try:
            with transaction.atomic():
                give_back(spell.began_at, now() - spell.began_at)
        except Exception:
            log.exception("read_only.hours_not_given_back", room=room)
            failed.append(room)
    return failed
