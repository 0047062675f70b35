"""The headers that Django's own middleware puts on every answer, made by that middleware itself, once."""

from functools import cache, lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.utils.http import http_date
from django.utils.module_loading import import_string

from nanhu.kernel.configuration import configuration
from nanhu.kernel.proxies import is_trusted, trusted_networks
from nanhu.platforms.identity.front.requests import Environ

MIDDLEWARE = (
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)
LONG_AGO = http_date(0)
MOST_PEERS = 1024
type Headers = list[tuple[str, str]]


def protection(environ: Environ) -> Headers:
    """Against caches, frames and guesses, as Django's views that are never cached have them."""
    return fixed_headers(is_secure=is_secure(environ))


@cache
def fixed_headers(*, is_secure: bool) -> Headers:
    answer = HttpResponse()
    add_never_cache_headers(answer)
    for path in reversed([one for one in MIDDLEWARE if one in settings.MIDDLEWARE]):
        answer = import_string(path)(lambda _request, answer=answer: answer)(request_over(is_secure=is_secure))
    kept = [(name, value) for name, value in answer.items() if name not in ("Expires", "Content-Type")]
    return [*kept, ("Expires", LONG_AGO)]


def request_over(*, is_secure: bool) -> HttpRequest:
    request = HttpRequest()
    request.META = {
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "https" if is_secure else "http",
    }
    request._get_scheme = lambda: request.META["wsgi.url_scheme"]  # type: ignore[attr-defined]  # noqa: SLF001  Django's own hook
    if is_secure and settings.SECURE_PROXY_SSL_HEADER:
        name, value = settings.SECURE_PROXY_SSL_HEADER
        request.META[name] = value
    return request


def is_secure(environ: Environ) -> bool:
    """As `HttpRequest.is_secure` behind TrustedProxyMiddleware."""
    header = settings.SECURE_PROXY_SSL_HEADER
    if header and header[0] in environ and is_proxy(environ.get("REMOTE_ADDR", "")):
        return str(environ[header[0]]).split(",", 1)[0].strip() == header[1]
    return environ.get("wsgi.url_scheme") == "https"


def is_open_line(environ: Environ) -> bool:
    """Did a proxy of ours hear this without TLS? What is to be said to that, SecureLineMiddleware says."""
    said = str(environ.get("HTTP_X_FORWARDED_PROTO", "")).strip().lower()
    return (
        said == "http"
        and is_proxy(environ.get("REMOTE_ADDR", ""))
        and configuration().public_url.startswith("https://")
    )


@lru_cache(MOST_PEERS)
def is_proxy(address: str) -> bool:
    return is_trusted(address, trusted_networks(configuration().trusted_proxies))
