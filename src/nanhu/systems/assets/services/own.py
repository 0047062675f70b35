"""Nobody decides his own case (回避): whose thing it is, who would pay or get it neither rules nor agrees."""

from nanhu.kernel.actors import Actor
from nanhu.platforms.identity import api as identity
from nanhu.systems.assets.errors import OwnThingError


def refuse_own(by: Actor, *person_ids: int | None) -> None:
    if is_one_of(by, *person_ids):
        raise OwnThingError


def is_one_of(by: Actor, *person_ids: int | None) -> bool:
    accounts = identity.accounts_of(one for one in person_ids if one is not None)
    return by.account_id in {account.pk for account in accounts}
