"""The list of portal gateways: which NAS lead their clients to the page, with which secret."""

import re
from ipaddress import IPv4Address, IPv4Network, ip_network
from typing import Any, Final

from django.db import IntegrityError, transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.services.network import api as network
from nanhu.services.network.portal.errors import GatewayHostError, GatewayKnownError, GatewayNetworkError
from nanhu.services.network.portal.models import PortalGateway

MOST_NETWORKS: Final = 40
SHORTEST_PREFIX: Final = 8
HOST: Final = re.compile(r"[0-9.]{7,15}:[1-9][0-9]{1,4}\Z")


def enter(
    *, by: Actor, nas: network.Nas, kind: str, name: str, networks: str, secret: str, host: str = "", port: int = 2000
) -> PortalGateway:
    lines = networks_in(networks)
    if kind == PortalGateway.Kind.OPENNDS:
        check_host(host, lines)
    facts: dict[str, Any] = {
        "kind": kind,
        "name": name,
        "networks": lines,
        "host": host,
        "port": port,
        "secret": secret,
    }
    try:
        with transaction.atomic():
            made = PortalGateway.objects.create(nas=nas, **facts)
            audit.record(
                by=by,
                action="network.enter_portal_gateway",
                target=f"network-gateway:{made.public_id}",
                facts={"gateway": name, "kind": kind},
            )
    except IntegrityError as error:
        raise GatewayKnownError from error
    return made


@transaction.atomic
def set_gateway(*, by: Actor, nas: network.Nas, **facts: Any) -> PortalGateway:
    """Entered, or where it stands already given these facts: sign-ins point to its row."""
    found = PortalGateway.objects.select_for_update().filter(nas=nas).first()
    if found is None:
        return enter(by=by, nas=nas, **facts)
    for name, value in facts.items():
        setattr(found, name, networks_in(value) if name == "networks" else value)
    found.save()
    audit.record(by=by, action="network.enter_portal_gateway", target=f"network-gateway:{found.public_id}")
    return found


@transaction.atomic
def remove(*, by: Actor, gateway: PortalGateway) -> None:
    """It leads nobody here any more. Where sign-ins stand on it, its row stays and its networks are closed by withdrawing its NAS."""
    audit.record(by=by, action="network.remove_portal_gateway", target=f"network-gateway:{gateway.public_id}")
    gateway.delete()


def networks_in(text: str) -> list[str]:
    lines = [one.strip() for one in text.replace(",", "\n").splitlines() if one.strip()]
    try:
        found = [ip_network(one) for one in lines]
    except ValueError as error:
        raise GatewayNetworkError from error
    if not found or len(found) > MOST_NETWORKS or not all(is_inner(one) for one in found):
        raise GatewayNetworkError
    return [str(one) for one in found]


def is_inner(one: object) -> bool:
    """A private network of a campus, or the lab's; the whole internet is no Wi-Fi of ours."""
    return isinstance(one, IPv4Network) and one.is_private and one.prefixlen >= SHORTEST_PREFIX


def check_host(host: str, networks: list[str]) -> None:
    if not HOST.match(host):
        raise GatewayHostError
    try:
        address = IPv4Address(host.partition(":")[0])
    except ValueError as error:
        raise GatewayHostError from error
    if not any(address in IPv4Network(one) for one in networks):
        raise GatewayHostError
