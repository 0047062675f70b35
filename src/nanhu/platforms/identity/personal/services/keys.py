"""All tokens and app passwords of an account at once: when it ends, or when its owner had to be let in anew."""

from datetime import datetime

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.events import publish
from nanhu.platforms.identity.events import AppPasswordRevoked
from nanhu.platforms.identity.personal.models import AccessToken, AppPassword
from nanhu.platforms.people import api as people


@transaction.atomic
def revoke_all(*, by: Actor, account_id: int, since: datetime | None = None) -> int:
    """Of which were made after `since`, where that is given. How many opened something."""
    moment = now()
    made = people.set_after(since)
    tokens = AccessToken.objects.filter(made, account_id=account_id, revoked_at=None).update(revoked_at=moment)
    live = AppPassword.objects.select_for_update(of=("self",)).select_related("account").order_by("pk")
    passwords = list(live.filter(made, account_id=account_id, revoked_at=None))
    AppPassword.objects.filter(pk__in=[one.pk for one in passwords]).update(revoked_at=moment)
    for one in passwords:
        publish(AppPasswordRevoked(person_id=one.account.person_id, public_id=str(one.public_id), service=one.service))
    if tokens or passwords:
        audit.record(
            by=by,
            action="identity.revoke_all_keys",
            target=f"account:{account_id}",
            facts={"tokens": tokens, "app_passwords": len(passwords)},
        )
    return tokens + len(passwords)
