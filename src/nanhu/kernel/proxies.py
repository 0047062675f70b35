"""Whom a request comes from when a reverse proxy stands before us: believed only from a proxy that we know.

Without this every visitor would have the proxy's address, and one lockout by address would lock the campus; with a proxy
believed blindly, anyone could choose his address, or say that an open line is TLS.
"""

from collections.abc import Callable, Mapping
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from django.http import HttpRequest, HttpResponse

from nanhu.kernel.configuration import configuration

FORWARDED_HEADERS = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST")


class TrustedProxyMiddleware:
    """Stands first: everything after it may trust REMOTE_ADDR and X-Forwarded-Proto."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        facts, networks = request.META, trusted_networks(configuration().trusted_proxies)
        if is_trusted(facts.get("REMOTE_ADDR", ""), networks):
            facts["REMOTE_ADDR"] = visitor_of(facts)
        else:
            for header in FORWARDED_HEADERS:
                facts.pop(header, None)
        return self.get_response(request)


def visitor_of(facts: Mapping[str, Any]) -> str:
    """The address that asks, for what is answered before that middleware."""
    return visitor(facts.get("REMOTE_ADDR", ""), facts.get("HTTP_X_FORWARDED_FOR", ""))


def visitor(peer: str, forwarded: str) -> str:
    """The address that asks, of who connected and what it says of others (all its headers, joined by commas)."""
    if not forwarded:
        return peer  # terminals without a proxy: nothing is parsed
    networks = trusted_networks(configuration().trusted_proxies)
    return visitor_behind(peer, forwarded, networks) if is_trusted(peer, networks) else peer


type Networks = tuple[IPv4Network | IPv6Network, ...]


@cache
def trusted_networks(text: str) -> Networks:
    return tuple(ip_network(one.strip()) for one in text.split(",") if one.strip())


def is_trusted(address: str, networks: Networks) -> bool:
    try:
        return any(ip_address(address) in network for network in networks)
    except ValueError:
        return False


def visitor_behind(peer: str, forwarded: str, networks: Networks) -> str:
    """Each proxy appends whom it heard, so the list is read from its end: the first that is no proxy of ours is the
    visitor, and what stands before him he may have invented."""
    address = peer
    for one in reversed(forwarded.split(",")):
        try:
            address = str(ip_address(one.strip()))
        except ValueError:
            break
        if not is_trusted(address, networks):
            break
    return address
