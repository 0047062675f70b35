"""Administrative roles and who holds them: their holders always sign in with a second factor."""

from nanhu.kernel import registry
from nanhu.platforms.identity.models import Account, RoleGrant


def administrative_keys() -> frozenset[str]:
    return frozenset(role.key for role in registry.roles if role.is_administrative)


def is_administrator(account: Account) -> bool:
    return RoleGrant.objects.filter(account=account, role__in=administrative_keys(), revoked_at=None).exists()
