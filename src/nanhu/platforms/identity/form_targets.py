"""Where the forms of signing in and out may lead: browsers hold `form-action` against each redirect after a form, too."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponseBase

from nanhu.kernel import csp
from nanhu.platforms.identity.models import Application

LONGEST = 3000
NAMESPACE = "identity"
"""Consoles have one of their own: their forms never lead to an application."""


def allow(request: HttpRequest, response: HttpResponseBase) -> None:
    """The registered addresses, on this room's pages of signing in and out; everywhere else forms lead to ourselves alone."""
    match = request.resolver_match
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    if match is None or match.namespace != NAMESPACE:
        return
    if is_page and not response.headers.get("Location"):
        csp.allow(response, form_action=sources())


def sources() -> list[str]:
    """A school with very many applications: any of its https addresses, so that the header stays one that servers take."""
    facts = Application.objects.filter(is_enabled=True).values_list(
        "addresses__prefix", "oidc_client__redirect_uris", "oidc_client__post_logout_redirect_uris"
    )
    found = {
        source_of(one) for prefix, *lists in facts for one in (prefix, *(lists[0] or []), *(lists[1] or [])) if one
    }
    kept = sorted(found - {""})
    if len(" ".join(kept)) <= LONGEST:
        return kept
    return ["https:", *(one for one in kept if not one.startswith(("https:", "http:")))]


def source_of(address: str) -> str:
    """The origin, or the private scheme of a telephone's application; on a person's own machine any port (RFC 8252)."""
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"}:
        return f"{parts.scheme}:"
    port = "" if parts.port is None else f":{parts.port}"
    is_loopback = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{':*' if is_loopback else port}"
