"""All tokens and app passwords of an account at once: when it ends, or when its owner had to be let in anew."""

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.identity.personal.models import AccessToken, AppPassword


@transaction.atomic
def revoke_all(*, by: Actor, account_id: int) -> int:
    moment = now()
    tokens = AccessToken.objects.filter(account_id=account_id, revoked_at=None).update(revoked_at=moment)
    passwords = AppPassword.objects.filter(account_id=account_id, revoked_at=None).update(revoked_at=moment)
    if tokens or passwords:
        audit.record(
            by=by,
            action="identity.revoke_all_keys",
            target=f"account:{account_id}",
            facts={"tokens": tokens, "app_passwords": passwords},
        )
    return tokens + passwords
