"""Nobody decides his own case (回避): whose thing it is, who would pay or get it neither rules nor agrees."""

from nanhu.kernel.actors import Actor
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.systems.assets.errors import NotStaffError, OwnThingError


def refuse_own(by: Actor, *person_ids: int | None) -> None:
    if is_one_of(by, *person_ids):
        raise OwnThingError


def refuse_not_staff(**persons: int) -> None:
    """By the fields in which they are named."""
    cards = people.person_cards(persons.values())
    for field, person_id in persons.items():
        if "staff" not in cards[person_id].live_kinds:
            raise NotStaffError(who=cards[person_id].name).at(field)


def is_one_of(by: Actor, *person_ids: int | None) -> bool:
    """By whichever of his records: what was signed before two were merged names the one that is gone."""
    named = {one for one in person_ids if one is not None}
    kept = {card.person_id for card in people.person_cards(named).values()}
    return by.account_id in {account.pk for account in identity.accounts_of(named | kept)}
