"""What the school's file says of reach: `[network.reach]`."""

from dataclasses import dataclass
from functools import cache

from nanhu.kernel import registry
from nanhu.kernel.school import school
from nanhu.services.network.reach import rules
from nanhu.services.network.reach.rules import Network, Standing

IDLE_DAYS = 90
MEMBERS = {"campus", "vpn", "bastion", "idle_days", "idle_minutes", "clients"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachRules:
    """`campus` and `vpn`: the networks from which somebody stands there. `bastion`: where servers are operated from afar. `clients`: VPN
    programs, each with the oldest version of it that may stay connected; none: any program."""

    campus: tuple[Network, ...]
    vpn: tuple[Network, ...]
    bastion: str
    idle_days: int
    idle_minutes: int
    clients: tuple[rules.Program, ...]


@cache
def reach_rules() -> ReachRules:
    found = school().table("network.reach")
    found.only(MEMBERS)

    def networks(member: str) -> tuple[Network, ...]:
        try:
            return tuple(rules.network_named(one) for one in found.texts(member))
        except ValueError as error:
            raise found.fault(member, str(error), "networks such as 10.0.0.0/8") from error

    try:
        clients = tuple(rules.program_of(one) for one in found.texts("clients"))
    except ValueError as error:
        raise found.fault("clients", str(error), 'programs with a version such as "AnyConnect 4.10"') from error

    return ReachRules(
        campus=networks("campus"),
        vpn=networks("vpn"),
        bastion=found.text("bastion", "") or school().info_centre_phone,
        idle_days=found.whole("idle_days", IDLE_DAYS, least=7, most=730),
        idle_minutes=found.whole("idle_minutes", 30, least=5, most=480),
        clients=clients,
    )


def standing_at(address: str) -> Standing:
    found = reach_rules()
    return rules.standing_of(address, campus=found.campus, vpn=found.vpn)


registry.school_rules.add(registry.SchoolRules(key="network.reach", read=reach_rules))
