"""The list of portal gateways: which NAS lead their clients to the page, with which secret."""

import re
from ipaddress import IPv4Address, IPv4Network, ip_network
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.attempts import refused_as
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.revisions import refuse_changed
from nanhu.services.network import api as network
from nanhu.services.network.portal.errors import GatewayHostError, GatewayKnownError, GatewayNetworkError
from nanhu.services.network.portal.models import PortalGateway, SignIn
from nanhu.services.network.portal.queries import own_networks

MOST_NETWORKS: Final = 40
SHORTEST_PREFIX: Final = 8
CHANGED: Final = ("networks", "host", "port")
HOST: Final = re.compile(r"[0-9.]{7,15}:[1-9][0-9]{1,4}\Z")


def enter(
    *, by: Actor, nas: network.Nas, kind: str, name: str, networks: str, secret: str, host: str = "", port: int = 2000
) -> PortalGateway:
    lines = networks_in(networks)
    if kind == PortalGateway.Kind.OPENNDS:
        check_host(host, lines)
    with refused_as(GatewayKnownError):
        made = PortalGateway.objects.create(
            nas=nas, kind=kind, name=name, networks=lines, host=host, port=port, secret=secret
        )
        note(by, "network.enter_portal_gateway", made, kind=kind)
    return made


@transaction.atomic
def change(
    *,
    by: Actor,
    gateway: PortalGateway,
    revision: str,
    networks: str,
    secret: str = "",
    host: str = "",
    port: int = 2000,
) -> None:
    """Without a secret the old one stays; with a new one its controller or agent must be given that as well."""
    found = living(gateway)
    refuse_changed(found, revision, CHANGED)
    found.networks, found.host, found.port = networks_in(networks), host, port
    if found.kind == PortalGateway.Kind.OPENNDS:
        check_host(host, found.networks)
    found.secret = secret or found.secret
    found.save(update_fields=["networks", "host", "port", "secret"])
    note(by, "network.change_portal_gateway", found, new_secret=bool(secret))


@transaction.atomic
def retire(*, by: Actor, gateway: PortalGateway) -> None:
    """It leads nobody here any more. Its row stays, for sign-ins stand on it: its agent is told to close them."""
    found = living(gateway)
    found.retired_at = now()
    found.save(update_fields=["retired_at"])
    waiting = SignIn.objects.filter(gateway=found, state=SignIn.State.WAITING)
    waiting.update(state=SignIn.State.FAILED, ended_at=now(), cause="retired")
    note(by, "network.remove_portal_gateway", found)


def living(gateway: PortalGateway) -> PortalGateway:
    found = PortalGateway.objects.select_for_update().filter(pk=gateway.pk, retired_at=None).first()
    if found is None:
        raise WrongStateError(what=PortalGateway.what, state=_("已撤掉"))
    return found


def note(by: Actor, action: str, gateway: PortalGateway, **facts: Any) -> None:
    target = f"network-gateway:{gateway.public_id}"
    audit.record(by=by, action=action, target=target, facts={"gateway": gateway.name, **facts})
    own_networks.forget()


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
