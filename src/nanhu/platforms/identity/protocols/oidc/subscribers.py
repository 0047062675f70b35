"""What happens to accounts ends what applications may do in their name. Each handler may get its list twice."""

from collections.abc import Sequence

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.events import subscribe
from nanhu.platforms.identity.events import AccountClosed, AccountParted, PasswordChanged, PasswordRevoked
from nanhu.platforms.identity.protocols.oidc.services import consents
from nanhu.platforms.identity.protocols.oidc.services.families import revoke_family
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import PersonsParted

BY = Actor.system("identity.oidc")


@subscribe(AccountClosed, name="identity.oidc_end_with_account")
@transaction.atomic
def end_with_account(events: Sequence[AccountClosed]) -> None:
    """An account that opens again later does not bring the old tokens back."""
    revoke_family(by=BY, why="account_closed", account_id__in=[event.account_id for event in events])


@subscribe(PasswordChanged, name="identity.oidc_end_with_password")
@transaction.atomic
def end_with_password(events: Sequence[PasswordChanged]) -> None:
    """Whoever knew the old password may have let an application in for good: what acts offline asks anew."""
    ids = [event.account_id for event in events]
    revoke_family(by=BY, why="password_changed", account_id__in=ids, is_offline=True)


@subscribe(PasswordRevoked, name="identity.oidc_end_with_revoked_password")
@transaction.atomic
def end_with_revoked_password(events: Sequence[PasswordRevoked]) -> None:
    """Not first when the new one is set: until then whoever knew the former goes on reading."""
    ids = [event.account_id for event in events]
    revoke_family(by=BY, why="password_changed", account_id__in=ids, is_offline=True)


@subscribe(AccountParted, name="identity.oidc_end_of_parted", at_once=True)
def end_of_parted(events: Sequence[AccountParted]) -> None:
    """Whoever of the two let the application in: it asks anew, also for what one of them agreed to in the other's name."""
    for event in events:
        consents.end_doubtful(by=BY, account_id=event.account_id, since=event.since)
    revoke_family(by=BY, why="parted", account_id__in=[event.account_id for event in events])


@subscribe(PersonsParted, name="identity.oidc_end_refused", at_once=True)
def end_refused(events: Sequence[PersonsParted]) -> None:
    """Not by the account alone: each of the two may have had one of his own, and what he took back in one he meant of the other."""
    for event in events:
        consents.end_refused(by=BY, records=list(people.parted_records([event])))
