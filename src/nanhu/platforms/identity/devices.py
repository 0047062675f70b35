"""The device cookie (已知设备): proves that a browser once signed this very name in, so that strangers who guess at
the name cannot make its owner wait. It opens nothing by itself."""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

COOKIE = "nanhu_device"
SALT = "identity.device"
LIFE_SECONDS = 365 * 24 * 3600
NAMES_KEPT = 4


def names_known(request: HttpRequest) -> list[str]:
    try:
        kept = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=LIFE_SECONDS)
    except signing.BadSignature:
        return []
    return [str(name) for name in kept] if isinstance(kept, list) else []


def is_known(request: HttpRequest, campus_no: str) -> bool:
    return campus_no in names_known(request)


def remember(request: HttpRequest, response: HttpResponseBase, campus_no: str) -> None:
    names = [campus_no, *(name for name in names_known(request) if name != campus_no)][:NAMES_KEPT]
    response.set_cookie(
        COOKIE,
        signing.dumps(names, salt=SALT),
        max_age=LIFE_SECONDS,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
