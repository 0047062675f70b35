from nanhu.platforms.identity.models.accounts import (
    Account,
    OneTimeCode,
    PrivacyConsent,
    RecoveryContact,
    RoleGrant,
    SecurityQuestion,
)
from nanhu.platforms.identity.models.applications import Application, ServiceTicket, SsoGrant
from nanhu.platforms.identity.models.protection import SmsMessage, Throttle
from nanhu.platforms.identity.models.sessions import SsoSession

__all__ = [
    "Account",
    "Application",
    "OneTimeCode",
    "PrivacyConsent",
    "RecoveryContact",
    "RoleGrant",
    "SecurityQuestion",
    "ServiceTicket",
    "SmsMessage",
    "SsoGrant",
    "SsoSession",
    "Throttle",
]
