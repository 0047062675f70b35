"""Sign-in from 企业微信: the code says which userid it is, the binding says whose that is."""

from dataclasses import dataclass

from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import CampusError
from nanhu.platforms.people import api as people
from nanhu.services.mobile import queries
from nanhu.services.mobile.adapters import choice
from nanhu.services.mobile.adapters.port import BookMember
from nanhu.services.mobile.models import Binding
from nanhu.services.mobile.services import bindings

BY = Actor.system("mobile.enter")


@dataclass(frozen=True, slots=True)
class Entry:
    """Who comes in; without a binding, the userid that waits for one."""

    userid: str
    binding: Binding | None = None


def entry(*, by: Actor, code: str) -> Entry:
    """Bound: in. Else the account that we made for somebody is his, and a phone that is on one record is that person's (A060)."""
    userid = choice.vendor().who(code)
    if not userid:
        return Entry("")
    if found := queries.binding_of_userid(userid):
        return Entry(userid, found if is_good(found) else None)
    made = made_for(userid)
    person_id = made or by_phone(choice.vendor().member(userid))
    if person_id is None:
        return Entry(userid)
    how = Binding.How.RECORD if made else Binding.How.PHONE
    try:
        return Entry(userid, bindings.bind(by=by, person_id=person_id, userid=userid, how=how))
    except CampusError:
        return Entry(userid)


def is_good(binding: Binding) -> bool:
    """What the record or a form bound is an account that we made: it lets nobody in that stands there for somebody else."""
    if binding.how in {Binding.How.ACCOUNT, Binding.How.PHONE}:
        return True
    member = queries.standing_member(binding.userid)
    return member is not None and member.person_id == binding.person_id


def made_for(userid: str) -> int | None:
    member = queries.standing_member(userid)
    return member.person_id if member is not None and member.leaves_on is None else None


def by_phone(member: BookMember | None) -> int | None:
    """The one person who has this very phone and this name on the school's record, for a day at least, and is of the school today."""
    if member is None or not member.mobile:
        return None
    cards = people.person_cards(people.persons_with_phone(member.mobile)).values()
    wanted = people.normalise_name(member.name)
    found = [
        card.person_id
        for card in cards
        if people.normalise_name(card.name) == wanted and any(one.is_live for one in card.affiliations)
    ]
    is_clear = len(found) == 1 and len(cards) == 1
    return found[0] if is_clear and people.is_phone_settled(found[0]) else None
