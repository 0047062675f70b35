"""Guests for other rooms: what a service that lets guests in shows of them, and by which it invites one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, campus_today
from nanhu.platforms.identity.guests.desk import works_here
from nanhu.platforms.identity.guests.models import Sponsorship
from nanhu.platforms.identity.guests.services import sponsoring
from nanhu.platforms.identity.models import Account
from nanhu.platforms.people import api as people

__all__ = [
    "GuestLine",
    "answered_for",
    "end_visit",
    "guest_of",
    "guests_of",
    "invite_visitor",
    "send_again",
    "sponsors_of",
    "works_here",
]
CLOSED: Final = (Account.State.SUSPENDED, Account.State.ENDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestLine:
    """A guest for whom somebody vouches now."""

    public_id: UUID
    person_id: int
    campus_no: str
    name: str
    phone_masked: str
    ends_on: date
    since: date


def guests_of(account_id: int) -> list[GuestLine]:
    held = list(sponsoring.live_of(Account.objects.get(pk=account_id)).order_by("ends_on"))
    cards = people.person_cards([one.guest_id for one in held])
    return [line(one, cards.get(one.guest_id)) for one in held]


def guest_of(account_id: int, public_id: UUID) -> GuestLine:
    """One's own guest; another's does not exist (GuestGoneError)."""
    held = sponsoring.owned(Account.objects.get(pk=account_id), public_id)
    return line(held, people.person_card(held.guest_id))


def sponsors_of(person_ids: Collection[int]) -> dict[int, int]:
    """Of these persons who is a guest now, and the person who vouches for him."""
    held = Sponsorship.objects.filter(guest__in=person_ids, ended_at=None, ends_on__gte=campus_today())
    rows = held.order_by("pk").values_list("guest", "sponsor__person")
    return {guest: sponsor for guest, sponsor in rows if sponsor is not None}


def answered_for(*, person_ids: Collection[int] = (), account_ids: Collection[int] = ()) -> dict[int, list[GuestLine]]:
    """Of these persons, and of whom these accounts vouch for, those who are guests and nothing else: their visits for which somebody can
    answer, none of one whose sponsors are all suspended or gone. Merged persons have those of each."""
    living = Sponsorship.objects.filter(ended_at=None, ends_on__gte=campus_today()).order_by("pk")
    theirs = living.filter(sponsor__in=account_ids).values_list("guest", flat=True) if account_ids else ()
    cards = {card.person_id: card for card in people.person_cards([*person_ids, *theirs]).values() if not is_more(card)}
    owners = {tie.campus_no: card for card in cards.values() for tie in card.affiliations if tie.is_live}
    found: dict[int, list[GuestLine]] = {}
    for held in living.filter(campus_no__in=owners).select_related("sponsor"):
        card = owners[held.campus_no]
        visits = found.setdefault(card.person_id, [])
        if held.sponsor.state not in CLOSED:
            visits.append(line(held, card))
    return found


def is_more(card: people.PersonCard) -> bool:
    """Than a guest, now."""
    return any(tie.is_live and tie.kind != "guest" for tie in card.affiliations)


def line(held: Sponsorship, card: people.PersonCard | None) -> GuestLine:
    return GuestLine(
        public_id=held.public_id,
        person_id=held.guest_id,
        campus_no=held.campus_no,
        name=card.name if card else "",
        phone_masked=card.phone_masked if card else "",
        ends_on=held.ends_on,
        since=campus_time(held.created_at).date(),
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


def send_again(*, by: Actor, account_id: int, public_id: UUID) -> None:
    """The way in, to the phone of one's own guest: the message was lost, or its code is a day old."""
    sponsoring.invite_again(by=by, sponsor=Account.objects.get(pk=account_id), public_id=public_id)
