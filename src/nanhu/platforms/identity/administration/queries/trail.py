"""Questions to the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from nanhu.kernel.models import AuditBlock, AuditCheck, AuditEntry
from nanhu.kernel.ui import words
from nanhu.platforms.identity.models import Account
from nanhu.platforms.people import api as people

LINES = 50
LONGEST_KEY = 18


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
    """A line with who did it and what it was about: a person and an account by name, anything else by its kind and number."""

    entry: AuditEntry
    who: str
    about: str


def in_words(found: Sequence[AuditEntry]) -> list[Line]:
    names = names_of([said for one in found for said in (one.actor, one.target)])
    return [
        Line(one, names.get(one.actor) or words.actor(one.actor), names.get(one.target) or words.target(one.target))
        for one in found
    ]


def about(target: str) -> str:
    return names_of([target]).get(target) or words.target(target)


def names_of(targets: Sequence[str]) -> dict[str, str]:
    parsed = [(kind, int(number)) for kind, _, number in (one.partition(":") for one in targets) if is_key(number)]
    holders = dict(
        Account.objects.filter(pk__in=[pk for kind, pk in parsed if kind == "account"]).values_list("pk", "person_id")
    )
    cards = people.person_cards({*holders.values(), *(pk for kind, pk in parsed if kind == "person")})
    names = {f"person:{pk}": card.name for pk, card in cards.items()}
    return names | {f"account:{pk}": names.get(f"person:{person}", "") for pk, person in holders.items()}


def is_key(number: str) -> bool:
    return number.isascii() and number.isdecimal() and len(number) <= LONGEST_KEY


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
