"""Guests for other rooms: what a service that lets guests in shows of them, and by which it invites one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_time, campus_today
from nanhu.platforms.identity.guests.desk import works_here
from nanhu.platforms.identity.guests.models import Sponsorship
from nanhu.platforms.identity.guests.services import sponsoring
from nanhu.platforms.identity.models import Account
from nanhu.platforms.people import api as people

__all__ = [
    "GuestLine",
    "end_visit",
    "guest_of",
    "guests_of",
    "invite_visitor",
    "left_alone",
    "send_again",
    "sponsors_of",
    "vouched_since",
    "works_here",
]


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


def vouched_since(person_id: int) -> dict[str, date]:
    """Of each guest number under which somebody vouches for him now the day of his registration; nothing of one who is more than a guest."""
    held = Sponsorship.objects.filter(guest=person_id, ended_at=None, ends_on__gte=campus_today())
    since = {number: campus_time(at).date() for number, at in held.values_list("campus_no", "created_at")}
    card = people.person_card(person_id) if since else None
    return {} if card is not None and is_more(card) else since


def left_alone(*, person_ids: Collection[int] = (), account_ids: Collection[int] = ()) -> set[int]:
    """Of these persons, or of whom these accounts vouch for, the guests for whom nobody can answer: whoever vouches is suspended or gone, and
    they are nothing here but guests."""
    living = Sponsorship.objects.filter(ended_at=None, ends_on__gte=campus_today())
    of_these = living.filter(Q(guest__in=list(person_ids)) | Q(sponsor__in=list(account_ids))).values("guest")
    states: dict[int, set[str]] = {}
    for guest, state in living.filter(guest__in=of_these).values_list("guest", "sponsor__state"):
        states.setdefault(guest, set()).add(state)
    alone = {guest for guest, held in states.items() if held <= {Account.State.SUSPENDED, Account.State.ENDED}}
    return alone - {one for one, card in people.person_cards(alone).items() if is_more(card)}


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
