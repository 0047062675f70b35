"""One-time codes (一次性验证码): from the counter, or by SMS as the second proof of an activation."""

import secrets
from datetime import timedelta
from hmac import compare_digest

from django.db import transaction

from nanhu.kernel.clock import now
from nanhu.kernel.crypto import blind_index
from nanhu.platforms.identity.models import Account, OneTimeCode

COUNTER_LIFE = timedelta(hours=24)
SMS_LIFE = timedelta(minutes=30)
SMS_DIGITS = 8
COUNTER_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
COUNTER_LENGTH = 10


def fingerprint(*, account_id: int, code: str) -> bytes:
    """Keyed, so that a copy of the table tells nothing; the codes are random and short-lived, no slow hash is needed."""
    return blind_index(f"{account_id}|{code.strip().upper()}", purpose="identity.one_time_code")


def issue_counter_code(*, account: Account) -> str:
    code = "".join(secrets.choice(COUNTER_ALPHABET) for _ in range(COUNTER_LENGTH))
    return issue(account=account, purpose=OneTimeCode.Purpose.COUNTER, code=code, life=COUNTER_LIFE)


def issue_activation_code(*, account: Account) -> str:
    code = "".join(secrets.choice("0123456789") for _ in range(SMS_DIGITS))
    return issue(account=account, purpose=OneTimeCode.Purpose.ACTIVATION, code=code, life=SMS_LIFE)


@transaction.atomic
def issue(*, account: Account, purpose: OneTimeCode.Purpose, code: str, life: timedelta) -> str:
    """A new code replaces the one before it."""
    Account.objects.select_for_update().get(pk=account.pk)
    moment = now()
    OneTimeCode.objects.filter(account=account, purpose=purpose, used_at=None).update(used_at=moment)
    OneTimeCode.objects.create(
        account=account,
        purpose=purpose,
        code_hash=fingerprint(account_id=account.pk, code=code),
        expires_at=moment + life,
    )
    return code


def live(*, account_id: int, purpose: OneTimeCode.Purpose) -> OneTimeCode | None:
    return OneTimeCode.objects.filter(
        account_id=account_id, purpose=purpose, used_at=None, expires_at__gt=now()
    ).first()


def fits(found: OneTimeCode | None, *, account_id: int, code: str) -> bool:
    kept = bytes(found.code_hash) if found else bytes(32)
    return compare_digest(kept, fingerprint(account_id=account_id, code=code)) and found is not None


def matches_counter_code(*, account_id: int, code: str) -> bool:
    """The same work for every account, also for none. Guesses are limited by the sign-in's own throttle."""
    return fits(live(account_id=account_id, purpose=OneTimeCode.Purpose.COUNTER), account_id=account_id, code=code)


def use_counter_code(*, account: Account) -> bool:
    return mark_used(account=account, purpose=OneTimeCode.Purpose.COUNTER)


def use_activation_code(*, account: Account, code: str) -> bool:
    """One try. Wrong ones do not spend the code, or a classmate could: the gates before it count them."""
    found = live(account_id=account.pk, purpose=OneTimeCode.Purpose.ACTIVATION)
    if not fits(found, account_id=account.pk, code=code):
        return False
    return mark_used(account=account, purpose=OneTimeCode.Purpose.ACTIVATION)


def mark_used(*, account: Account, purpose: OneTimeCode.Purpose) -> bool:
    """True for exactly one of those who come at the same time."""
    waiting = OneTimeCode.objects.filter(account=account, purpose=purpose, used_at=None, expires_at__gt=now())
    return waiting.update(used_at=now()) == 1
