"""What second factors an account has, and which of them the second step may offer."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from nanhu.platforms.identity.factors.models import ContactFactor, Passkey, RecoveryCode, TotpFactor
from nanhu.platforms.identity.factors.services import contacts
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.services.roles import administrative_grants

PASSKEY, TOTP, CONTACT, RECOVERY = "passkey", "totp", "contact", "recovery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """`is_contact_on`: its owner wants the code by SMS asked for at sign-in. Suspect passkeys open nothing, yet who has
    one does not fall back to the password alone."""

    passkeys: int
    suspect_passkeys: int
    has_totp: bool
    is_contact_on: bool
    contact_masked: str
    recovery_codes: int
    is_administrator: bool

    @property
    def is_strong(self) -> bool:
        return self.has_totp or self.passkeys > 0

    @property
    def is_on(self) -> bool:
        """The second step is asked for at every sign-in of this account."""
        is_contact_on = self.is_contact_on and bool(self.contact_masked)
        return self.is_strong or self.suspect_passkeys > 0 or is_contact_on

    @property
    def ways(self) -> list[str]:
        """In the order they are offered. A code by SMS stands beside a stronger factor only where its owner chose so."""
        is_alone = not self.is_strong and not self.suspect_passkeys
        offered = {
            PASSKEY: self.passkeys > 0,
            TOTP: self.has_totp,
            CONTACT: bool(self.contact_masked) and not self.is_administrator and (self.is_contact_on or is_alone),
            RECOVERY: self.recovery_codes > 0,
        }
        return [way for way, is_offered in offered.items() if is_offered]

    @property
    def must_enrol(self) -> bool:
        """There is nothing to ask for: a first factor is set up right here."""
        return not self.ways and not self.is_on


def factors_of(account: Account) -> Factors:
    """Two queries."""
    mine = {"account": OuterRef("pk")}
    keys = Passkey.objects.filter(**mine)
    facts = (
        Account.objects.filter(pk=account.pk)
        .annotate(
            passkeys=counted(keys.filter(suspect_at=None)),
            suspect_passkeys=counted(keys.filter(suspect_at__isnull=False)),
            has_totp=Exists(TotpFactor.objects.filter(**mine, confirmed_at__isnull=False)),
            is_contact_on=Exists(ContactFactor.objects.filter(**mine)),
            recovery_codes=counted(RecoveryCode.objects.filter(**mine, used_at=None)),
            is_administrator=Exists(administrative_grants().filter(**mine)),
        )
        .values("passkeys", "suspect_passkeys", "has_totp", "is_contact_on", "recovery_codes", "is_administrator")
        .get()
    )
    channel = contacts.channel_of(account)
    return Factors(**facts, contact_masked=channel.masked if channel is not None else "")


def counted(rows: QuerySet[Any]) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values("account").annotate(n=Count("pk")).values("n")), 0)
