"""Questions to the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from nanhu.kernel.audit import words as audit_words
from nanhu.kernel.models import AuditBlock, AuditCheck, AuditEntry
from nanhu.kernel.ui import audit_terms, words

LINES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    begins: datetime
    ends: datetime
    action: str = ""
    target: str = ""
    account_id: int | None = None


def entries(wanted: Wanted, *, before: int | None = None) -> QuerySet[AuditEntry]:
    """Newest first, walked by id."""
    found = AuditEntry.objects.filter(at__gte=wanted.begins, at__lt=wanted.ends)
    if wanted.action:
        found = found.filter(action=wanted.action)
    if wanted.target:
        found = found.filter(target=wanted.target)
    if wanted.account_id is not None:
        found = found.filter(account_id=wanted.account_id)
    return (found if before is None else found.filter(pk__lt=before)).order_by("-id")


class Line(NamedTuple):
    """A line with who did it, what it was about and what else is known of it, in words."""

    entry: AuditEntry
    who: str
    about: str
    facts: str


def in_words(found: Sequence[AuditEntry]) -> list[Line]:
    names = audit_words.names_of([said for one in found for said in (one.actor, one.target, *audit_terms.keys_in(one))])
    return [
        Line(
            one,
            names.get(one.actor) or words.actor(one.actor),
            words.target(one.target, names.get(one.target, "")),
            " · ".join(f"{name} {value}" for name, value in audit_terms.facts(one, names)),
        )
        for one in found
    ]


def about(target: str) -> str:
    return words.target(target, audit_words.names_of([target]).get(target, ""))


def last_block() -> AuditBlock | None:
    return AuditBlock.objects.order_by("-number").first()


def daily_roots(limit: int = 14) -> list[AuditBlock]:
    """The last seal of each day, newest first: it stands for everything before it."""
    return list(
        AuditBlock.objects.raw(
            "SELECT DISTINCT ON (day) b.*, (b.sealed_at AT TIME ZONE 'Asia/Shanghai')::date AS day"
            " FROM kernel_audit_block b WHERE b.sealed_at > now() - make_interval(days => %s)"
            " ORDER BY day DESC, b.number DESC",
            [limit],
        )
    )


def last_check() -> AuditCheck | None:
    return AuditCheck.objects.order_by("-at", "-id").first()
