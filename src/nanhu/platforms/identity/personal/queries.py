"""Who looked at me (谁看过我): audited reads of a person's protected data, by everybody else and by the program."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Q, QuerySet, When
from django.utils.translation import gettext as _

from nanhu.kernel import registry
from nanhu.kernel.actors import SYSTEM
from nanhu.kernel.audit import words as audit_words
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.ui import words
from nanhu.platforms.identity.models import Account
from nanhu.platforms.people import api as people


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """`who` is a name with a unit, or the company whose program it was; the program's own reads have none. `is_shared`: of a record that
    was another's as well then."""

    at: datetime
    who: str
    unit: str
    what: str
    purpose: str
    is_program: bool
    is_shared: bool


def looks_at(account: Account) -> QuerySet[AuditEntry]:
    """Newest first, also of records that were merged into his, and of another's while it was taken for his (`is_shared`); what the person did
    themself, by the account of any of these, does not count."""
    actions = [look.key for look in registry.looks]
    roots = people.families([account.person_id])
    records = {account.person_id, *(one for one, root in roots.items() if root == account.person_id)}
    own, shared = Q(target__in=[f"person:{one}" for one in sorted(records)]), shared_by(records)
    return (
        AuditEntry.objects.filter(own | shared, action__in=actions)
        .annotate(is_shared=Case(When(shared, then=True), default=False))
        .exclude(account_id__in=Account.objects.filter(person_id__in=records).values("pk"))
        .order_by("-at")
    )


def shared_by(records: Collection[int]) -> Q:
    """Whoever looked at one record while it was taken for two persons' saw something of both: each is told."""
    found = Q(pk=None)
    for one in people.shared_times(records):
        began = Q() if one.since is None else Q(at__gt=one.since)
        found |= began & Q(target=f"person:{one.holder_id}", at__lte=one.until)
    return found


def looks_of(entries: Sequence[AuditEntry]) -> list[LookedAt]:
    """Three queries for a page of any length."""
    persons = dict(
        Account.objects.filter(pk__in={entry.account_id for entry in entries if entry.account_id}).values_list(
            "pk", "person_id"
        )
    )
    cards = people.person_cards(sorted(set(persons.values())))
    return [line_of(entry, cards.get(persons.get(entry.account_id or 0, 0))) for entry in entries]


def line_of(entry: AuditEntry, card: people.PersonCard | None) -> LookedAt:
    look = registry.looks.get(entry.action)
    units = [one.unit_name for one in card.affiliations if one.is_live and one.unit_name] if card else []
    is_program = card is None and entry.actor.startswith(SYSTEM)
    what, table = str(look.what) if look else entry.action, str(entry.facts.get("table", ""))
    is_shared: bool = entry.is_shared  # type: ignore[attr-defined]  # annotated by `looks_at`
    return LookedAt(
        at=entry.at,
        who=card.name if card else "" if is_program else words.actor(entry.actor),
        unit=units[0] if units else "",
        what=_("%(what)s，表“%(table)s”") % {"what": what, "table": words.term(table)} if table else what,
        purpose=audit_words.reason(entry.reason),
        is_program=is_program,
        is_shared=is_shared,
    )
