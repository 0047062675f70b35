"""Roles (角色) of accounts: granted and revoked, never overwritten."""

from django.db import transaction

from nanhu.kernel import audit, registry
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.platforms.identity.errors import UnknownRoleError
from nanhu.platforms.identity.models import RoleGrant


@transaction.atomic
def grant(*, by: Actor, account_id: int, role: str, unit_code: str = "") -> None:
    """Granting twice is harmless; a role no room declares is refused."""
    if registry.roles.get(role) is None:
        raise UnknownRoleError(role=role)
    _row, is_new = RoleGrant.objects.get_or_create(
        account_id=account_id, role=role, unit_code=unit_code, revoked_at=None, defaults={"granted_by": by.name}
    )
    if is_new:
        note(by, "identity.grant_role", account_id, role, unit_code)


@transaction.atomic
def revoke(*, by: Actor, account_id: int, role: str, unit_code: str = "") -> bool:
    live = RoleGrant.objects.filter(account_id=account_id, role=role, unit_code=unit_code, revoked_at=None)
    if not live.update(revoked_at=now()):
        return False
    note(by, "identity.revoke_role", account_id, role, unit_code)
    return True


def note(by: Actor, action: str, account_id: int, role: str, unit_code: str) -> None:
    audit.record(by=by, action=action, target=f"account:{account_id}", facts={"role": role, "unit": unit_code})
