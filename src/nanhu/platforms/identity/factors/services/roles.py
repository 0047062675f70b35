"""Administrative roles and who holds them: their holders always sign in with a second factor."""

from django.db.models import Q, QuerySet

from nanhu.kernel import registry
from nanhu.kernel.clock import now
from nanhu.platforms.identity.models import Account, RoleGrant


def administrative_keys() -> frozenset[str]:
    return frozenset(role.key for role in registry.roles if role.is_administrative)


def administrative_grants() -> QuerySet[RoleGrant]:
    """Those that count now."""
    counts_now = Q(revoked_at=None) & (Q(ends_at=None) | Q(ends_at__gt=now()))
    return RoleGrant.objects.filter(counts_now, role__in=administrative_keys())


def is_administrator(account: Account) -> bool:
    return administrative_grants().filter(account=account).exists()
