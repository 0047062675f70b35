from nanhu.platforms.identity.protocols.oidc.models.clients import ClientSecret, OidcClient
from nanhu.platforms.identity.protocols.oidc.models.keys import SigningKey
from nanhu.platforms.identity.protocols.oidc.models.people import Consent, PairwiseSubject
from nanhu.platforms.identity.protocols.oidc.models.tokens import (
    AccessToken,
    AuthorizationCode,
    PendingRequest,
    RefreshToken,
    SeenAssertion,
    TokenFamily,
)

__all__ = [
    "AccessToken",
    "AuthorizationCode",
    "ClientSecret",
    "Consent",
    "OidcClient",
    "PairwiseSubject",
    "PendingRequest",
    "RefreshToken",
    "SeenAssertion",
    "SigningKey",
    "TokenFamily",
]
