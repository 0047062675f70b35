"""Guests for other rooms: what a service that lets guests in shows of them, and by which it invites one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.platforms.identity.guests.desk import works_here
from nanhu.platforms.identity.guests.models import Sponsorship
from nanhu.platforms.identity.guests.services import sponsoring
from nanhu.platforms.identity.models import Account
from nanhu.platforms.people import api as people

__all__ = ["GuestLine", "end_visit", "guests_of", "invite_visitor", "sponsors_of", "works_here"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestLine:
    """A guest for whom somebody vouches now."""

    public_id: UUID
    person_id: int
    campus_no: str
    name: str
    phone_masked: str
    ends_on: date


def guests_of(account_id: int) -> list[GuestLine]:
    held = list(sponsoring.live_of(Account.objects.get(pk=account_id)).order_by("ends_on"))
    cards = people.person_cards([one.guest_id for one in held])
    return [line(one, cards.get(one.guest_id)) for one in held]


def sponsors_of(person_ids: Collection[int]) -> dict[int, int]:
    """Of these persons who is a guest now, and the person who vouches for him."""
    held = Sponsorship.objects.filter(guest__in=person_ids, ended_at=None, ends_on__gte=campus_today())
    rows = held.order_by("pk").values_list("guest", "sponsor__person")
    return {guest: sponsor for guest, sponsor in rows if sponsor is not None}


def line(held: Sponsorship, card: people.PersonCard | None) -> GuestLine:
    return GuestLine(
        public_id=held.public_id,
        person_id=held.guest_id,
        campus_no=held.campus_no,
        name=card.name if card else "",
        phone_masked=card.phone_masked if card else "",
        ends_on=held.ends_on,
    )


def invite_visitor(*, by: Actor, account_id: int, name: str, phone: str, ends_on: date, reason: str) -> str:
    """The guest's number; the way in goes to the phone."""
    held = sponsoring.invite(
        by=by,
        sponsor=Account.objects.get(pk=account_id),
        kind=Sponsorship.Kind.VISITOR,
        name=name,
        phone=phone,
        former_no="",
        ends_on=ends_on,
        reason=reason,
    )
    return held.campus_no


def end_visit(*, by: Actor, account_id: int, public_id: UUID) -> None:
    """Of one's own guest; another's does not exist."""
    sponsoring.end(by=by, sponsor=Account.objects.get(pk=account_id), public_id=public_id)
