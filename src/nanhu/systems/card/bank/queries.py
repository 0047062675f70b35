"""What the office looks up: agreements, loads, differences, and who has no agreement yet."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.payments.api import Agreement, BankPayout, Difference, waiting_payouts
from nanhu.platforms.people import api as people
from nanhu.systems.card.bank.models import Appeal, Deposit, Load, OnlineTopUp
from nanhu.systems.card.funds.models import Claimable
from nanhu.systems.card.funds.policy import unclaimed_return_days
from nanhu.systems.card.models import Card

UNDER_WAY = ("asked", "sent", "unknown", "debited", "reversing", "writing")
MOVING = ("asked", "opened", "paid", "refunding")
MOST_FOUND = 50
NEW_SINCE_DAYS = 120
TAIL_DIGITS = 4


def named(rows: Iterable[Any], person_of: Any) -> list[tuple[Any, people.PersonCard | None]]:
    """Each row with whose it is: two queries, however many rows."""
    held = list(rows)
    persons = people.person_cards({person_of(one) for one in held})
    return [(one, persons.get(person_of(one))) for one in held]


def agreements(asked: str, state: str) -> QuerySet[Agreement]:
    rows = Agreement.objects.select_related("channel").order_by("-pk")
    if state in Agreement.State.values:
        rows = rows.filter(state=state)
    if not asked:
        return rows
    if asked.isdigit() and len(asked) == TAIL_DIGITS:
        return rows.filter(tail=asked)
    found = people.search_people(asked, limit=MOST_FOUND)
    return rows.filter(person_id__in=[one.person_id for one in found])


def unsigned_cards(since: date) -> QuerySet[Card]:
    """Cards issued since that day whose holder has no agreement that holds or is being asked for (未签约名单)."""
    held = Agreement.objects.filter(person_id=OuterRef("person_id"), state__in=["active", "asked"])
    rows = Card.objects.filter(state=Card.State.ISSUED, created_at__date__gte=since).exclude(Exists(held))
    return rows.order_by("number")


def usual_since() -> date:
    return campus_today() - timedelta(days=NEW_SINCE_DAYS)


def unclaimed() -> QuerySet[Claimable]:
    """What the bank or UnionPay gave and no card holds yet, the longest first (圈存未领)."""
    rows = Claimable.objects.filter(source__in=["load", "online_top_up"], state__in=["waiting", "writing"])
    return rows.select_related("wallet").order_by("created_at", "pk")


def returns_on(one: Claimable) -> date | None:
    days = unclaimed_return_days()
    return (one.created_at + timedelta(days=days)).date() if days else None


def loads(state: str) -> QuerySet[Load]:
    rows = Load.objects.select_related("card", "agreement__channel", "terminal").order_by("-pk")
    if state == "under_way":
        return rows.filter(state__in=UNDER_WAY)
    return rows.filter(state=state) if state in Load.State.values else rows


def differences(state: str) -> QuerySet[Difference]:
    rows = Difference.objects.select_related("channel").order_by("-day", "order")
    return rows.filter(state=state) if state in Difference.State.values else rows


def desk() -> dict[str, int]:
    """How much of each kind waits for somebody."""
    week = now() - timedelta(days=7)
    return {
        "open_differences": Difference.objects.filter(state="open").count(),
        "open_appeals": Appeal.objects.filter(state="open").count(),
        "loads": Load.objects.filter(state__in=UNDER_WAY).count(),
        "top_ups": OnlineTopUp.objects.filter(state__in=MOVING).exclude(state="opened").count(),
        "unclaimed": unclaimed().count(),
        "refused": Agreement.objects.filter(state="refused", created_at__gte=week).count(),
        "withdrawals": len(waiting_payouts()),
        "payouts": BankPayout.objects.filter(state="asked").count(),
        "deposits": Deposit.objects.filter(state="asked").count(),
    }
