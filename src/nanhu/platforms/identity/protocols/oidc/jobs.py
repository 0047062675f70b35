"""Periodic jobs of OpenID Connect: signing keys rotate, expired codes and tokens go."""

from datetime import timedelta

from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.jobs import job
from nanhu.platforms.identity.protocols.oidc.models import (
    AccessToken,
    AuthorizationCode,
    PendingRequest,
    SeenAssertion,
    SigningKey,
    TokenFamily,
)
from nanhu.platforms.identity.protocols.oidc.services import keys, pending

KEEP_CODES = timedelta(days=1)
KEEP_FAMILIES = timedelta(days=30)
AT_ONCE = 5000


@job("identity.oidc_rotate_keys", every="17 3 * * *")
def rotate_keys() -> None:
    older_than = timedelta(days=configuration().oidc_key_days)
    if keys.is_due(older_than=older_than):
        keys.rotate(by=keys.BY, reason="age", older_than=older_than)
    SigningKey.objects.filter(retired_at__lt=now() - keys.HINT_OF_RETIRED).delete()


@job("identity.oidc_sweep", every="*/15 * * * *")
def sweep() -> None:
    """A spent code stays a day, a dead family a month: until then whoever brings one again is recognised."""
    moment = now()
    PendingRequest.objects.filter(created_at__lt=moment - pending.LIFE).delete()
    AuthorizationCode.objects.filter(expires_at__lt=moment - KEEP_CODES).delete()
    AccessToken.objects.filter(expires_at__lt=moment).delete()
    SeenAssertion.objects.filter(expires_at__lt=moment).delete()
    dead = TokenFamily.objects.filter(expires_at__lt=moment - KEEP_FAMILIES).values("pk")[:AT_ONCE]
    TokenFamily.objects.filter(pk__in=dead).delete()
