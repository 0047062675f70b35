"""What second factors an account has, and which of them the second step may offer."""

from dataclasses import dataclass

from nanhu.kernel.crypto import mask_phone
from nanhu.platforms.identity.factors.models import ContactFactor, Passkey, RecoveryCode, TotpFactor
from nanhu.platforms.identity.factors.services import contacts, roles
from nanhu.platforms.identity.models import Account

PASSKEY, TOTP, CONTACT, RECOVERY = "passkey", "totp", "contact", "recovery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """`is_contact_on`: its owner wants the code by SMS asked for at sign-in."""

    passkeys: int
    has_totp: bool
    is_contact_on: bool
    phone_masked: str
    recovery_codes: int
    is_administrator: bool

    @property
    def is_strong(self) -> bool:
        return self.has_totp or self.passkeys > 0

    @property
    def is_on(self) -> bool:
        """The second step is asked for at every sign-in of this account."""
        return self.is_strong or (self.is_contact_on and bool(self.phone_masked))

    @property
    def ways(self) -> list[str]:
        """In the order they are offered. A code by SMS never stands beside a stronger factor it was not chosen with."""
        may_send = bool(self.phone_masked) and not self.is_administrator
        offered = {
            PASSKEY: self.passkeys > 0,
            TOTP: self.has_totp,
            CONTACT: may_send and (self.is_contact_on or not self.is_strong),
            RECOVERY: self.is_strong and self.recovery_codes > 0,
        }
        return [way for way, is_offered in offered.items() if is_offered]

    @property
    def must_enrol(self) -> bool:
        return not self.ways


def factors_of(account: Account) -> Factors:
    return Factors(
        passkeys=Passkey.objects.filter(account=account, suspect_at=None).count(),
        has_totp=TotpFactor.objects.filter(account=account, confirmed_at__isnull=False).exists(),
        is_contact_on=ContactFactor.objects.filter(account=account).exists(),
        phone_masked=mask_phone(phone) if (phone := contacts.verified_phone(account)) else "",
        recovery_codes=RecoveryCode.objects.filter(account=account, used_at=None).count(),
        is_administrator=roles.is_administrator(account),
    )
