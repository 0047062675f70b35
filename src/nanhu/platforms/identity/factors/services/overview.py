"""What second factors an account has, and which of them the second step may offer."""

from dataclasses import dataclass

from nanhu.kernel.crypto import mask_phone
from nanhu.platforms.identity.factors.models import ContactFactor, Passkey, RecoveryCode, TotpFactor
from nanhu.platforms.identity.factors.services import contacts, roles
from nanhu.platforms.identity.models import Account

PASSKEY, TOTP, CONTACT, RECOVERY = "passkey", "totp", "contact", "recovery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """`is_contact_on`: its owner wants the code by SMS asked for at sign-in. Suspect passkeys open nothing, yet who has
    one does not fall back to the password alone."""

    passkeys: int
    suspect_passkeys: int
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
        is_contact_on = self.is_contact_on and bool(self.phone_masked)
        return self.is_strong or self.suspect_passkeys > 0 or is_contact_on

    @property
    def ways(self) -> list[str]:
        """In the order they are offered. A code by SMS stands beside a stronger factor only where its owner chose so."""
        is_alone = not self.is_strong and not self.suspect_passkeys
        offered = {
            PASSKEY: self.passkeys > 0,
            TOTP: self.has_totp,
            CONTACT: bool(self.phone_masked) and not self.is_administrator and (self.is_contact_on or is_alone),
            RECOVERY: self.recovery_codes > 0,
        }
        return [way for way, is_offered in offered.items() if is_offered]

    @property
    def must_enrol(self) -> bool:
        """There is nothing to ask for: a first factor is set up right here."""
        return not self.ways and not self.is_on


def factors_of(account: Account) -> Factors:
    keys = Passkey.objects.filter(account=account).values_list("suspect_at", flat=True)
    suspects = [moment is not None for moment in keys]
    phone = contacts.verified_phone(account)
    return Factors(
        passkeys=suspects.count(False),
        suspect_passkeys=suspects.count(True),
        has_totp=TotpFactor.objects.filter(account=account, confirmed_at__isnull=False).exists(),
        is_contact_on=ContactFactor.objects.filter(account=account).exists(),
        phone_masked=mask_phone(phone) if phone else "",
        recovery_codes=RecoveryCode.objects.filter(account=account, used_at=None).count(),
        is_administrator=roles.is_administrator(account),
    )
