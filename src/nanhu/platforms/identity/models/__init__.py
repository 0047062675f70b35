from nanhu.platforms.identity.models.access import AccessRule, Maintenance
from nanhu.platforms.identity.models.accounts import (
    Account,
    FormerPassword,
    OneTimeCode,
    PrivacyConsent,
    RecoveryContact,
    RoleGrant,
    SecurityQuestion,
)
from nanhu.platforms.identity.models.administration import SignInEvent, Suspension
from nanhu.platforms.identity.models.applications import Application, ApplicationAddress, AttributeRelease
from nanhu.platforms.identity.models.protection import KnownStation
from nanhu.platforms.identity.models.sessions import SsoSession
from nanhu.platforms.identity.models.tickets import ProxyGrantingTicket, ProxyTicket, ServiceTicket, SsoGrant

__all__ = [
    "AccessRule",
    "Account",
    "Application",
    "ApplicationAddress",
    "AttributeRelease",
    "FormerPassword",
    "KnownStation",
    "Maintenance",
    "OneTimeCode",
    "PrivacyConsent",
    "ProxyGrantingTicket",
    "ProxyTicket",
    "RecoveryContact",
    "RoleGrant",
    "SecurityQuestion",
    "ServiceTicket",
    "SignInEvent",
    "SsoGrant",
    "SsoSession",
    "Suspension",
]
