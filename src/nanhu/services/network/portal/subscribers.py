"""A browser is trusted no longer than the password lives, and than its account is open."""

from collections.abc import Sequence

from nanhu.kernel.events import subscribe
from nanhu.platforms.identity.api import AccountClosed, PasswordChanged
from nanhu.services.network.portal.models import Trust


@subscribe(PasswordChanged, name="network_portal.forget_after_new_password")
def follow_passwords(events: Sequence[PasswordChanged]) -> None:
    Trust.objects.filter(account_id__in=[one.account_id for one in events]).delete()


@subscribe(AccountClosed, name="network_portal.forget_closed")
def follow_closed(events: Sequence[AccountClosed]) -> None:
    Trust.objects.filter(account_id__in=[one.account_id for one in events]).delete()
