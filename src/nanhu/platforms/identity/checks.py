"""System checks: the program must not run without the middleware of sign-in."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

MIDDLEWARE = "nanhu.platforms.identity.middleware.IdentityMiddleware"
BEFORE = (
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
)
ALSO = "nanhu.platforms.identity.middleware.SignInMiddleware"
HASHER = "nanhu.platforms.identity.hashing.CampusArgon2Hasher"


@register
def identity_is_wired(**_options: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    installed = list(settings.MIDDLEWARE)
    if MIDDLEWARE not in installed:
        found.append(Error("IdentityMiddleware is not installed: sessions would never end", id="nanhu.identity.E001"))
    elif any(one not in installed or installed.index(one) > installed.index(MIDDLEWARE) for one in BEFORE):
        found.append(Error("IdentityMiddleware must stand after sessions and authentication", id="nanhu.identity.E002"))
    if ALSO not in installed:
        found.append(Error("SignInMiddleware is not installed: pages would be open", id="nanhu.identity.E003"))
    if settings.PASSWORD_HASHERS[0] != HASHER:
        found.append(Error(f"PASSWORD_HASHERS must begin with {HASHER}", id="nanhu.identity.E004"))
    if settings.AUTHENTICATION_BACKENDS != ["nanhu.platforms.identity.backend.AccountBackend"]:
        found.append(Error("AUTHENTICATION_BACKENDS must be the AccountBackend alone", id="nanhu.identity.E005"))
    return found
