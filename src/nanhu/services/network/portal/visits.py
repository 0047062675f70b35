"""Visits (来访): from which gateway a browser comes to the page, with which address and device; kept in the form under our signature.

What a gateway's redirect says is not sealed. It is taken only where the gateway is registered, the client's address lies in its networks
and is the very address that asks, or the gateway itself asks for it (it hides its clients behind its own address).
"""

from dataclasses import asdict, dataclass, field, replace
from ipaddress import ip_address, ip_network
from typing import Final

from django.core import signing
from django.http import HttpRequest

from nanhu.kernel.configuration import configuration
from nanhu.services.network import api as network
from nanhu.services.network.portal import rules
from nanhu.services.network.portal.adapters import opennds
from nanhu.services.network.portal.errors import VisitOverError
from nanhu.services.network.portal.models import PortalGateway

SALT: Final = "network_portal.visit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """`is_hidden`: the gateway asked in its client's place, so that its word alone says which of its clients this is."""

    gateway: int
    address: str
    mac: str
    ssid: str = ""
    hid: str = field(default="", repr=False)
    is_hidden: bool = False

    def sealed(self) -> str:
        return signing.dumps(asdict(self), salt=SALT)


def opened(text: str, *, peer: str) -> Visit:
    """Sent from where it was shown."""
    try:
        found = Visit(**signing.loads(text, salt=SALT, max_age=rules.VISIT_SECONDS))
    except (signing.BadSignature, TypeError) as error:
        raise VisitOverError from error
    gateway = PortalGateway.living().filter(pk=found.gateway).first()
    if gateway is None or not is_from(gateway, found.address, peer):
        raise VisitOverError
    return replace(found, is_hidden=is_hidden(gateway, found.address, peer))


def found_in(request: HttpRequest) -> Visit | None:
    """None: nobody of ours leads here, or not this visitor."""
    asked, peer = request.GET, request.META.get("REMOTE_ADDR", "")
    if facts := opennds.facts_of(asked.get("fas", "")):
        gateway = gateway_named(PortalGateway.Kind.OPENNDS, host=facts.get("gatewayaddress", ""))
        told = (facts.get(name, "") for name in ("clientip", "clientmac", "gatewayname"))
        hid = facts.get("hid", "")
        return visit_at(gateway, peer, *told, hid=hid) if opennds.HID.match(hid) else None
    if asked.get("wlanuserip"):
        gateway = gateway_named(PortalGateway.Kind.PORTAL20, name=asked.get("wlanacname", ""))
        mac = asked.get("mac") or asked.get("wlanusermac") or ""
        return visit_at(gateway, peer, asked["wlanuserip"], mac, asked.get("ssid", ""))
    return None


def visit_at(
    gateway: PortalGateway | None, peer: str, said_address: str, said_mac: str, ssid: str, *, hid: str = ""
) -> Visit | None:
    address, mac = network.address_of(said_address), network.mac_of(said_mac)
    if gateway is None or not mac or not is_from(gateway, address, peer):
        return None
    ssid = network.printable(ssid, rules.LONGEST_SSID)
    return Visit(
        gateway=gateway.pk,
        address=address,
        mac=mac,
        ssid=ssid,
        hid=hid,
        is_hidden=is_hidden(gateway, address, peer),
    )


def gateway_named(kind: str, **named: str) -> PortalGateway | None:
    """Zero bytes are asked of no database."""
    if not all(named.values()) or any("\0" in one or not one.isprintable() for one in named.values()):
        return None
    return PortalGateway.living().filter(kind=kind, **named).first()


def is_from(gateway: PortalGateway, address: str, peer: str) -> bool:
    if not address or not any(ip_address(address) in ip_network(one) for one in gateway.networks):
        return False
    seen = network.address_of(peer)
    is_sample = configuration().demo and bool(seen) and ip_address(seen).is_loopback
    return seen in {address, gateway.nas.address} or is_sample


def is_hidden(gateway: PortalGateway, address: str, peer: str) -> bool:
    return network.address_of(peer) == gateway.nas.address != address
