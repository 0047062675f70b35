"""What the office looks up: loads, top-ups and sums under way, appeals, and who has no agreement yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from nanhu.kernel.clock import campus_time, campus_today
from nanhu.platforms.payments.api import Agreement, Channel
from nanhu.platforms.people import api as people
from nanhu.systems.card.bank.models import Appeal, Binding, Load, OnlineTopUp
from nanhu.systems.card.funds.models import Claimable
from nanhu.systems.card.funds.policy import unclaimed_return_days
from nanhu.systems.card.models import Card
from nanhu.systems.card.services.issue import campus_no_of, followed_or_last

UNDER_WAY = ("asked", "sent", "unknown", "debited", "reversing", "writing")
MOVING = ("asked", "opened", "paid", "refunding")
NEW_SINCE_DAYS = 120


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A card whose holder has no agreement."""

    card: Card
    person: people.PersonCard | None

    @property
    def campus_no(self) -> str:
        return campus_no_of(self.person)

    @property
    def unit(self) -> str:
        return followed.unit_path if (followed := followed_or_last(self.person)) else ""


def named(rows: Iterable[Any], person_of: Any) -> list[tuple[Any, people.PersonCard | None]]:
    """Each row with whose it is: two queries, however many rows."""
    held = list(rows)
    persons = people.person_cards({person_of(one) for one in held})
    return [(one, persons.get(person_of(one))) for one in held]


def unsigned_cards() -> QuerySet[Card]:
    """Cards whose holder has no agreement that holds or is being asked for (未签约名单)."""
    held = Agreement.objects.filter(person_id=OuterRef("person_id"), state__in=["active", "asked"])
    return Card.objects.filter(state=Card.State.ISSUED).exclude(Exists(held)).order_by("number")


def usual_since() -> date:
    return campus_today() - timedelta(days=NEW_SINCE_DAYS)


def unclaimed() -> QuerySet[Claimable]:
    """What the bank or UnionPay gave and no card holds yet, the longest first (圈存未领)."""
    rows = Claimable.objects.filter(source__in=["load", "online_top_up"], state__in=["waiting", "writing"])
    return rows.select_related("wallet").order_by("created_at", "pk")


def returns_on(one: Claimable) -> date | None:
    days = unclaimed_return_days()
    return campus_time(one.created_at + timedelta(days=days)).date() if days else None


def under_way() -> QuerySet[Load]:
    return Load.objects.filter(state__in=UNDER_WAY)


def moving_top_ups() -> QuerySet[OnlineTopUp]:
    return OnlineTopUp.objects.filter(state__in=MOVING).select_related("card", "channel").order_by("-pk")


def open_appeals() -> QuerySet[Appeal]:
    return Appeal.objects.filter(state=Appeal.State.OPEN)


def living_binding(app: Channel, person_id: int | None) -> Binding | None:
    return Binding.objects.filter(app=app, person_id=person_id or 0, state=Binding.State.ACTIVE).first()
