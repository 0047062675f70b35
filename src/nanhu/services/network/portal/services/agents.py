"""Agents of openNDS gateways (网关代理): each tells every two seconds who is let through, and hears who shall be and who shall not.

Nothing is queued: orders are the difference between what is and what ought to be, so a lost answer is given again.
"""

from datetime import timedelta
from hmac import compare_digest
from typing import Final

from django.db import transaction
from django.db.models import F

from nanhu.kernel.clock import now
from nanhu.services.network import api as network
from nanhu.services.network.portal import rules
from nanhu.services.network.portal.adapters import opennds
from nanhu.services.network.portal.models import PortalGateway, SignIn
from nanhu.services.network.portal.services import sessions
from nanhu.services.network.portal.services.signing_in import end, let_through

State = SignIn.State
FIRST_TRY: Final = rules.PATIENCE / 3
GIVEN_UP: Final = rules.PATIENCE * 3
LONGEST_NAME: Final = 80
MOST_OF_A_NAME: Final = 5
"""A gateway of today and those of that name which were retired: these close whom they let in."""


def gateway_with(name: str, key: str) -> PortalGateway:
    named = name if name.isprintable() and len(name) <= LONGEST_NAME else ""
    found = PortalGateway.objects.select_related("nas").filter(
        kind=PortalGateway.Kind.OPENNDS, name=named, nas__withdrawn_at=None
    )
    for gateway in found.order_by(F("retired_at").desc(nulls_first=True))[:MOST_OF_A_NAME]:
        if compare_digest(network.agent_key(gateway.secret).encode(), key.encode()):
            return gateway
    raise network.UnknownAgentError


@transaction.atomic
def reconcile(*, gateway: PortalGateway, listed: object) -> list[str]:
    """What the agent has to do now."""
    moment, clients = now(), opennds.clients_in(listed)
    PortalGateway.objects.filter(pk=gateway.pk).update(told_at=moment)
    living = SignIn.objects.select_for_update().filter(gateway=gateway, ended_at=None)
    closing = network.closing_sids(gateway.nas_id)
    orders: list[str] = []
    ours: set[str] = set()
    for one in living:
        one.gateway = gateway
        client = clients.get(one.mac, opennds.Client())
        is_listed = client.address == one.address and (one.state != State.WAITING or client.hid == one.hid)
        is_through = client.is_let and is_listed
        if is_listed:
            ours.add(one.mac)
        is_over = one.ends_at <= moment or str(one.public_id) in closing or gateway.retired_at is not None
        orders += followed(one, client, is_through=is_through, is_listed=is_listed, is_over=is_over)
    orders += [f"deauth {mac}" for mac, client in clients.items() if client.is_let and mac not in ours]
    return orders


def followed(one: SignIn, client: opennds.Client, *, is_through: bool, is_listed: bool, is_over: bool) -> list[str]:
    """One sign-in and what its gateway says of it. Who stands behind nobody's sign-in is not let through."""
    if one.state == State.LEAVING or (is_over and one.state == State.OPEN):
        if is_through:
            return [f"deauth {one.mac}"]
        closed(one, "user" if one.state == State.LEAVING else "over", client)
    elif one.state == State.WAITING:
        return waited(one, is_through=is_through, is_listed=is_listed)
    elif not is_through:
        closed(one, "lost", client)
    elif is_due(one):
        sessions.tell(one, "interim", client=client)
    return []


def is_due(one: SignIn) -> bool:
    """Half an interval of its NAS after it was accounted last: an agent comes every two seconds."""
    return one.heard_at is None or now() - one.heard_at > timedelta(seconds=one.gateway.nas.interim_seconds / 2)


def waited(one: SignIn, *, is_through: bool, is_listed: bool) -> list[str]:
    """The browser carries the token itself; where that did not open the gateway, its agent is told, again and again, for half a minute."""
    waited_for = now() - one.asked_at
    if is_through:
        let_through(one)
        sessions.tell(one, "start")
    elif waited_for > GIVEN_UP:
        end(SignIn.objects.filter(pk=one.pk), State.FAILED, "silence")
    elif waited_for > FIRST_TRY and is_listed:
        return [f"auth {one.mac}"]
    return []


def closed(one: SignIn, cause: str, client: opennds.Client) -> None:
    end(SignIn.objects.filter(pk=one.pk), State.LEFT, cause)
    sessions.tell(one, "stop", cause=cause, client=client)
