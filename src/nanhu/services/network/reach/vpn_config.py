"""Configuration of ocserv by groups and persons, written from the reach lists: what is not listed is no part of the tunnel."""

from collections.abc import Sequence
from functools import cache
from typing import Final

from nanhu.kernel.clock import campus_today
from nanhu.platforms.people import api as people
from nanhu.services.network.reach.models import CLOSED_PORTS, ReachList, VpnGrant
from nanhu.services.network.reach.school import reach_rules
from nanhu.services.network.reach.services.listing import closed_networks, held_by, is_common, members

MOST_SESSIONS: Final = 2
HEAD: Final = "# Written by `nanhu network_vpn_config`; what is changed here is lost.\n"
NOWHERE: Final = "route = 192.0.2.1/32\n"
"""Without any route ocserv would take all traffic; nobody has this address (RFC 5737)."""


def files(lists: Sequence[ReachList]) -> dict[str, str]:
    """By their path under the folder: what all staff share, and a file of each person who reaches something else."""
    common, members_of = [one for one in lists if is_common(one)], cache(members)
    written = {"default.conf": block_of(common)}
    for grant in VpnGrant.objects.filter(state=VpnGrant.State.OPEN, until__gte=campus_today()):
        own = held_by(grant.person_id, lists, members_of)
        if len(own) > len(common):
            written |= {f"config-per-user/{number}": block_of(own) for number in numbers_of(grant.person_id)}
    return written


def numbers_of(person_id: int) -> list[str]:
    card = people.person_card(person_id)
    ties = card.affiliations if card else ()
    return [one.campus_no for one in ties if one.is_live and one.kind == "staff" and one.campus_no.isalnum()]


def block_of(lists: Sequence[ReachList]) -> str:
    """`restrict-user-to-*` makes the gateway drop what the client's own routes would send; the ports of remote operation stand in
    no list. Which port belongs to which network ocserv cannot be told: what that opens besides is shown before a list is agreed to
    (`effects.beside`)."""
    networks = sorted({network for one in lists for network in one.networks})
    ports = sorted({port for one in lists for port in one.ports} - set(CLOSED_PORTS))
    allowed = ", ".join(f"tcp({port}), udp({port})" for port in ports)
    idle = reach_rules().idle_minutes * 60
    return (
        HEAD
        + ("".join(f"route = {network}\n" for network in networks) or NOWHERE)
        + "".join(f"no-route = {one.network}\n" for one in closed_networks())
        + "restrict-user-to-routes = true\n"
        + (f'restrict-user-to-ports = "{allowed}, udp(53), tcp(53)"\n' if allowed else "")
        + f"max-same-clients = {MOST_SESSIONS}\nidle-timeout = {idle}\nmobile-idle-timeout = {idle}\n"
    )
