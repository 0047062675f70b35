"""Recovery codes (恢复码): ten, shown once, each opens the second step once."""

import secrets

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.crypto import blind_index
from nanhu.platforms.identity import queries
from nanhu.platforms.identity.factors.models import RecoveryCode
from nanhu.platforms.identity.models import Account

HOW_MANY = 10
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 10
"""31¹⁰ ≈ 2⁴⁹: beyond guessing through the throttle, and the keyed hash is of no use without the campus's key."""


def fingerprint(*, account_id: int, code: str) -> bytes:
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return blind_index(f"{account_id}|{plain}", purpose="identity.recovery_code")


@transaction.atomic
def issue(*, by: Actor, account: Account) -> list[str]:
    """Ten new ones; the old sheet is worth nothing from now on."""
    queries.hold(account)
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(HOW_MANY)]
    RecoveryCode.objects.filter(account=account).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(account=account, code_hash=fingerprint(account_id=account.pk, code=code)) for code in codes
    )
    audit.record(by=by, action="identity.issue_recovery_codes", target=f"account:{account.pk}")
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def left(account: Account) -> int:
    return RecoveryCode.objects.filter(account=account, used_at=None).count()


@transaction.atomic
def use(*, by: Actor, account: Account, code: str) -> bool:
    """Of two who bring the same code at once, one gets in."""
    wanted = RecoveryCode.objects.filter(
        account=account, code_hash=fingerprint(account_id=account.pk, code=code), used_at=None
    )
    if wanted.update(used_at=now()) != 1:
        return False
    audit.record(by=by, action="identity.use_recovery_code", target=f"account:{account.pk}")
    return True
