"""The device cookie (设备标记): by it a browser is known though its MAC changes each day. It opens nothing by itself for longer than its trust."""

import hashlib
import secrets
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from nanhu.kernel.cookies import host_only

COOKIE: Final = host_only("nanhu_wifi")
LETTERS: Final = 43
A_YEAR: Final = 365 * 24 * 3600


def value_in(request: HttpRequest) -> str:
    """256 random bits, made where there are none."""
    value = request.COOKIES.get(COOKIE, "")
    return value if len(value) == LETTERS and value.isascii() else secrets.token_urlsafe(32)


def is_known(request: HttpRequest) -> bool:
    return value_in(request) == request.COOKIES.get(COOKIE)


def key_of(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()


def remember(response: HttpResponseBase, value: str) -> None:
    response.set_cookie(
        COOKIE, value, max_age=A_YEAR, httponly=True, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax"
    )
