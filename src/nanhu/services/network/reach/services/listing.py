"""Reach lists (可达清单) and the networks of the machine room (机房网段); the database refuses what would lead into these."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from itertools import compress
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from nanhu.kernel import audit, dated
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import CampusError, WrongStateError
from nanhu.kernel.proposals import given
from nanhu.platforms.people import api as people
from nanhu.services.network.reach import rules
from nanhu.services.network.reach.errors import (
    ClosedNetworkError,
    ClosedPortError,
    KnownAlreadyError,
    ListedNetworkError,
    TooWideError,
)
from nanhu.services.network.reach.models import CLOSED_PORTS, ClosedNetwork, ReachChange, ReachList, VpnGrant
from nanhu.services.network.reach.rules import Network
from nanhu.services.network.reach.school import reach_rules

type Way = tuple[Network, int]
"""A network, and the port by which it is reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachOrder:
    name: str
    networks: Sequence[Network]
    ports: Sequence[int]
    starts_on: date
    ends_on: date | None
    office: str = ""
    unit_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a list would do on its first day, among those who hold an open VPN account: `opened` and `shut` are what the list of this name
    says anew and says no more; `gains` and `loses` count people, none whom their other lists of that day lead to all of it. `beside`: what
    no list says and the gateway opens with this one, for whom another list holds too."""

    order: ReachOrder
    before: ReachList | None
    opened: list[str]
    shut: list[str]
    gains: int
    loses: int
    beside: list[str]


def effect_of(order: ReachOrder) -> Effect:
    """Nothing is written."""
    refuse_closed(order)
    before = dated.rules_on(ReachList.objects.filter(name=order.name), order.starts_on).first()
    asked = ways(order.networks, order.ports)
    had = ways(map(rules.network_named, before.networks), before.ports) if before else set()
    gains = loses = 0
    for others, before_ways, after_ways, count in kinds_of_people(order, before, had=had, asked=asked):
        gains += count * any(not leads(others, way) for way in after_ways - before_ways)
        loses += count * any(not leads(others, way) for way in before_ways - after_ways)
    return Effect(
        order=order,
        before=before,
        opened=sorted(f"{network}:{port}" for network, port in asked - had),
        shut=sorted(f"{network}:{port}" for network, port in had - asked),
        gains=gains,
        loses=loses,
        beside=beside(order),
    )


def kinds_of_people(
    order: ReachOrder, before: ReachList | None, *, had: set[Way], asked: set[Way]
) -> Iterator[tuple[list[ReachList], set[Way], set[Way], int]]:
    """Those for whom the list is or was, told apart by which others hold for them that day: these, what it led each to, what it will lead
    each to, and how many they are."""
    after_whom = audience(order.office, order.unit_id)
    before_whom = audience(before.office, before.unit_id) if before else set()
    others = list(dated.rules_on(ReachList.objects.exclude(name=order.name), order.starts_on))
    whose = [audience(one.office, one.unit_id) for one in others]
    kinds = Counter(
        (person in before_whom, person in after_whom, tuple(person in whom for whom in whose))
        for person in before_whom | after_whom
    )
    for (was, will_be, holds), count in kinds.items():
        yield list(compress(others, holds)), had if was else set(), asked if will_be else set(), count


def leads(lists: Iterable[ReachList], way: Way) -> bool:
    """Whether one of them leads to the whole network by this port."""
    network, port = way
    return any(port in one.ports and any(rules.holds(text, network) for text in one.networks) for one in lists)


def beside(order: ReachOrder) -> list[str]:
    """ocserv knows the networks of a person and the ports of a person, not which belong together (`vpn_config.block_of`): across two lists
    of one person it opens each with each, on any day that both hold."""
    this = made_of(order)
    others = list(dated.rules_within(ReachList.objects.exclude(name=order.name), order.starts_on, order.ends_on))
    common = [one for one in others if is_common(one)]
    members_once = cache(members)
    found: set[str] = set()
    for one in others:
        if may_meet(this, one, members_once):
            pairs = {
                (rules.network_named(a), b) for x, y in ((this, one), (one, this)) for a in x.networks for b in y.ports
            }
            beyond = [each for each in common if holds_while_both(each, this, one)]
            found |= {f"{a}:{b}" for a, b in pairs if not leads([this, one, *beyond], (a, b))}
    return sorted(found)


def holds_while_both(each: ReachList, this: ReachList, other: ReachList) -> bool:
    return each.starts_on <= max(this.starts_on, other.starts_on) and each.last >= min(this.last, other.last)


def is_common(one: ReachList) -> bool:
    return not one.office and one.unit_id is None


def may_meet(this: ReachList, other: ReachList, members_of: Callable[[str, int | None], set[int]]) -> bool:
    """Whether somebody has both as posts and units are held today, with an account or without."""
    if is_common(this) or is_common(other) or (this.office, this.unit_id) == (other.office, other.unit_id):
        return True
    return bool(members_of(this.office, this.unit_id) & members_of(other.office, other.unit_id))


def members(office: str, unit_id: int | None) -> set[int]:
    of_unit = set(people.people_of(kinds=["staff"], unit_ids=[unit_id])) if unit_id else set()
    if not office:
        return of_unit
    holders = set(people.office_holders(office))
    return holders & of_unit if unit_id else holders


def ways(networks: Iterable[Network], ports: Sequence[int]) -> set[Way]:
    return {(network, port) for network in networks for port in ports}


def audience(office: str, unit_id: int | None) -> set[int]:
    """Of those who may dial in today."""
    holders = VpnGrant.objects.filter(state=VpnGrant.State.OPEN, until__gte=campus_today())
    found = set(holders.values_list("person_id", flat=True))
    if office:
        found &= people.office_holders(office)
    return found & set(people.people_of(kinds=["staff"], unit_ids=[unit_id])) if unit_id else found


@transaction.atomic
def ask(*, by: Actor, token: UUID, order: ReachOrder, reason: str) -> ReachChange:
    """Another of the centre agrees before it holds."""
    if known := ReachChange.known(by, token):
        return known
    refuse_closed(order)
    facts = {**asdict(order), "networks": [str(one) for one in order.networks], "ports": list(order.ports)}
    row = ReachChange.begun(by, token, reason=reason, **facts)
    note(by, "network.ask_reach_list", row, reason)
    return row


@transaction.atomic
def approve(*, by: Actor, row: ReachChange) -> ReachChange:
    found: ReachChange = row.locked_in([ReachChange.State.ASKED])
    found.decide(by, state=ReachChange.State.ENTERED)
    found.save()
    set_list(by=by, order=order_of(found), reason=found.reason)
    return found


@transaction.atomic
def refuse(*, by: Actor, row: ReachChange, answer: str) -> ReachChange:
    found: ReachChange = row.locked_in([ReachChange.State.ASKED])
    found.decide(by, state=ReachChange.State.REFUSED, answer=given(answer))
    found.save()
    note(by, "network.refuse_reach_list", found, found.answer)
    return found


def order_of(row: ReachChange) -> ReachOrder:
    networks = [rules.network_named(one) for one in row.networks]
    named = {name: getattr(row, name) for name in ("name", "office", "unit_id", "ports", "starts_on", "ends_on")}
    return ReachOrder(networks=networks, **named)


def note(by: Actor, action: str, row: ReachChange, reason: str) -> None:
    audit.record(by=by, action=action, target=f"reach-change:{row.public_id}", reason=reason, facts={"title": row.name})


@transaction.atomic
def set_list(*, by: Actor, order: ReachOrder, reason: str) -> ReachList:
    """From its first day on, in the place of what this name said."""
    refuse_closed(order)
    made = made_of(order)
    try:
        with transaction.atomic():
            dated.supersede(by=by, wanted=[made], reason=reason)
    except IntegrityError as error:
        raise said(error, order.networks) from error
    audit.record(
        by=by,
        action="network.set_reach_list",
        target=f"reach-list:{made.public_id}",
        reason=reason,
        facts={"title": made.name, "networks": " ".join(made.networks), "ports": " ".join(map(str, made.ports))},
    )
    return made


def made_of(order: ReachOrder) -> ReachList:
    return ReachList(
        name=order.name,
        office=order.office,
        unit_id=order.unit_id,
        networks=[str(one) for one in order.networks],
        ports=list(order.ports),
        starts_on=order.starts_on,
        ends_on=order.ends_on,
    )


def said(error: IntegrityError, networks: Sequence[Network]) -> CampusError:
    """Another closed a network in this very moment, or entered the same list."""
    if "into_closed" in str(error):
        return ClosedNetworkError(network="、".join(map(str, networks)), name="—", bastion=reach_rules().bastion)
    return KnownAlreadyError()


def refuse_closed(order: ReachOrder) -> None:
    refuse_ports(order.ports)
    for network in order.networks:
        refuse_network(network)


def refuse_ports(ports: Sequence[int]) -> None:
    if set(ports) & set(CLOSED_PORTS):
        raise ClosedPortError(bastion=reach_rules().bastion)


def refuse_network(network: Network) -> None:
    if rules.is_too_wide(network):
        raise TooWideError(network=network)
    for closed in closed_networks():
        if rules.meets(network, rules.network_named(closed.network)):
            raise ClosedNetworkError(network=closed.network, name=closed.name, bastion=reach_rules().bastion)


@transaction.atomic
def end_list(*, by: Actor, found: ReachList) -> None:
    if not dated.end_today(by=by, rule=found):
        raise WrongStateError(what=ReachList.what, state="—")
    audit.record(
        by=by, action="network.end_reach_list", target=f"reach-list:{found.public_id}", facts={"title": found.name}
    )


def closed_networks() -> QuerySet[ClosedNetwork]:
    return ClosedNetwork.objects.filter(removed_at=None).order_by("network")


@transaction.atomic
def close_network(*, by: Actor, network: Network, name: str) -> ClosedNetwork:
    for one in dated.not_over(ReachList.objects.all()):
        if any(rules.meets(network, rules.network_named(text)) for text in one.networks):
            raise ListedNetworkError(name=one.name)
    try:
        with transaction.atomic():
            made = ClosedNetwork.objects.create(network=str(network), name=name, created_by_name=by.name)
    except IntegrityError as error:
        raise (ListedNetworkError(name="—") if "into_closed" in str(error) else KnownAlreadyError()) from error
    audit.record(
        by=by, action="network.close_network", target=f"closed-network:{made.public_id}", facts={"title": str(made)}
    )
    return made


@transaction.atomic
def open_network(*, by: Actor, found: ClosedNetwork) -> None:
    if not ClosedNetwork.objects.filter(pk=found.pk, removed_at=None).update(removed_at=now()):
        raise WrongStateError(what=ClosedNetwork.what, state="—")
    audit.record(
        by=by, action="network.open_network", target=f"closed-network:{found.public_id}", facts={"title": str(found)}
    )


def common_lists() -> list[ReachList]:
    """What all staff reach today."""
    return list(living_lists().filter(office="", unit=None))


def lists_of(person_id: int) -> list[ReachList]:
    """What this member of staff reaches today, also by post and unit."""
    units, offices = people.unit_ids_of(person_id), {one.office for one in people.posts_of(person_id)}
    return [
        one
        for one in living_lists()
        if (not one.office or one.office in offices) and (one.unit_id is None or one.unit_id in units)
    ]


def living_lists() -> QuerySet[ReachList]:
    return dated.rules_on(ReachList.objects.all(), campus_today()).order_by("name")
