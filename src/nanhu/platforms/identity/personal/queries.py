"""Who looked at me (谁看过我): audited reads of a person's protected data, by everybody else and by the program."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from nanhu.kernel import registry
from nanhu.kernel.models import AuditEntry
from nanhu.platforms.identity.models import Account
from nanhu.platforms.people import api as people


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """`who` is a name with a unit; the program's own reads have none."""

    at: datetime
    who: str
    unit: str
    what: str
    purpose: str
    is_program: bool


def looks_at(account: Account) -> QuerySet[AuditEntry]:
    """Newest first; what the person did themself does not count."""
    actions = [look.key for look in registry.looks]
    return (
        AuditEntry.objects.filter(target=f"person:{account.person_id}", action__in=actions)
        .exclude(account_id=account.pk)
        .order_by("-at")
    )


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
    return LookedAt(
        at=entry.at,
        who=card.name if card else "",
        unit=units[0] if units else "",
        what=str(look.what) if look else entry.action,
        purpose=entry.reason,
        is_program=card is None,
    )
