"""Who looked at me (谁看过我): audited reads of a person's protected data, by everybody else and by the program."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from nanhu.kernel import registry
from nanhu.kernel.models import AuditEntry
from nanhu.kernel.ui import words
from nanhu.platforms.identity.models import Account
from nanhu.platforms.people import api as people

SYSTEM: Final = "system:"
"""How the name of a part of the program begins, as an actor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """`who` is a name with a unit, or the company whose program it was; the program's own reads have none."""

    at: datetime
    who: str
    unit: str
    what: str
    purpose: str
    is_program: bool


def looks_at(account: Account) -> QuerySet[AuditEntry]:
    """Newest first, also of records that were merged into his; what the person did themself, by the account of any of these, does not count."""
    actions = [look.key for look in registry.looks]
    roots = people.families([account.person_id])
    records = {account.person_id, *(one for one, root in roots.items() if root == account.person_id)}
    return (
        AuditEntry.objects.filter(target__in=[f"person:{one}" for one in sorted(records)], action__in=actions)
        .exclude(account_id__in=Account.objects.filter(person_id__in=records).values("pk"))
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
    is_program = card is None and entry.actor.startswith(SYSTEM)
    what, table = str(look.what) if look else entry.action, str(entry.facts.get("table", ""))
    return LookedAt(
        at=entry.at,
        who=card.name if card else "" if is_program else words.actor(entry.actor),
        unit=units[0] if units else "",
        what=_("%(what)s，表“%(table)s”") % {"what": what, "table": words.term(table)} if table else what,
        purpose=entry.reason,
        is_program=is_program,
    )
