"""What a browser remembers of who signed in by it. Neither cookie opens anything by itself.

The device cookie (已知设备) proves that it once signed this very name in, so that strangers who guess at the name cannot
make its owner wait: only on a device that its owner calls his own. The other one tells nobody who sat there, and tells us
whether this browser is new to an account.
"""

import secrets
from hmac import compare_digest
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

from nanhu.kernel.cookies import host_only
from nanhu.kernel.throttle import network_of

COOKIE = host_only("nanhu_device")
SALT = "identity.device"
LIFE_SECONDS = 365 * 24 * 3600
NAMES_KEPT = 4
SEEN_COOKIE, SEEN_SALT, SEEN_KEPT = host_only("nanhu_seen"), "identity.seen", 8


def known_in(request: HttpRequest) -> dict[str, Any]:
    """A number for this browser, and the names its owners let it remember."""
    try:
        kept = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=LIFE_SECONDS)
    except signing.BadSignature:
        kept = None
    return kept if isinstance(kept, dict) else {"browser": secrets.token_urlsafe(12), "names": []}


def known_browser(request: HttpRequest, campus_no: str) -> str:
    """The number of this browser if it signed this very name in before, otherwise ""."""
    known = known_in(request)
    return str(known["browser"]) if campus_no in known["names"] else ""


def remember(request: HttpRequest, response: HttpResponseBase, campus_no: str) -> None:
    known = known_in(request)
    names = [campus_no, *(name for name in known["names"] if name != campus_no)][:NAMES_KEPT]
    put(response, COOKIE, signing.dumps({"browser": known["browser"], "names": names}, salt=SALT))


def seen_in(request: HttpRequest) -> dict[str, Any]:
    """A number of this browser's own, and a keyed mark for each account that signed in by it."""
    try:
        kept = signing.loads(request.COOKIES.get(SEEN_COOKIE, ""), salt=SEEN_SALT, max_age=LIFE_SECONDS)
    except signing.BadSignature:
        kept = None
    return kept if isinstance(kept, dict) else {"browser": secrets.token_urlsafe(12), "marks": []}


def browser_in(request: HttpRequest) -> str:
    """The number of a browser that signed anybody in before, otherwise ""."""
    seen = seen_in(request)
    return str(seen["browser"]) if seen["marks"] else ""


def caller_in(request: HttpRequest) -> str:
    """Whom a gate counts that neighbours share: a browser that signed anybody in before by itself, any other with its network."""
    browser = browser_in(request)
    return f"browser:{browser}" if browser else network_of(request.META.get("REMOTE_ADDR", ""))


def mark_of(browser: str, account_id: int) -> str:
    return salted_hmac(SEEN_SALT, f"{browser}|{account_id}", algorithm="sha256").hexdigest()[:24]


def has_seen(request: HttpRequest, account_id: int) -> bool:
    seen = seen_in(request)
    mine = mark_of(seen["browser"], account_id)
    return any(compare_digest(mine, str(mark)) for mark in seen["marks"])


def mark_seen(request: HttpRequest, response: HttpResponseBase, account_id: int) -> None:
    seen = seen_in(request)
    mine = mark_of(seen["browser"], account_id)
    marks = [mine, *(mark for mark in seen["marks"] if mark != mine)][:SEEN_KEPT]
    put(response, SEEN_COOKIE, signing.dumps({"browser": seen["browser"], "marks": marks}, salt=SEEN_SALT))


def put(response: HttpResponseBase, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=LIFE_SECONDS,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
