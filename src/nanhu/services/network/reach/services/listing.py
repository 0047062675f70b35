"""Reach lists (可达清单) and the networks of the machine room (机房网段); the database refuses what would lead into these."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import compress
from typing import Any, Final
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
    NoPlaceError,
    ReopeningWaitsError,
    TooWideError,
)
from nanhu.services.network.reach.models import CLOSED_PORTS, ClosedNetwork, ReachChange, ReachList, Reopening, VpnGrant
from nanhu.services.network.reach.rules import Network
from nanhu.services.network.reach.school import reach_rules

type Ways = dict[Network, frozenset[int]]
"""Networks, each with the ports by which it is reached."""
type MembersOf = Callable[[str, int | None], set[int]]
type Around = Callable[[Network], frozenset[str]]
SAID: Final = ("name", "office", "unit_id", "networks", "ports", "starts_on", "ends_on")
"""What a list says, and who asks for one."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a list leads to, its networks read once: a preview asks each of them of thousands of ways."""

    networks: frozenset[str]
    ports: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a list would do on its first day, among those who hold an open VPN account: `opened` and `shut` are what the list of this name
    says anew and says no more; `gains` and `loses` count people, none whom their other lists of that day lead to all of it. `beside`: what
    no list says and the gateway opens with this one, for whom another list holds too. `reopened`: what it leads to that was the machine room
    before two people took it off the list of its networks."""

    order: ReachList
    opened: list[str]
    shut: list[str]
    gains: int
    loses: int
    beside: list[str]
    reopened: list[Reopening]


def effect_of(order: ReachList) -> Effect:
    """Of a list that stands nowhere yet; nothing is written."""
    refuse_closed(order)
    before = dated.rules_on(ReachList.objects.filter(name=order.name), order.starts_on).first()
    asked, had = ways_of(order), ways_of(before) if before else {}
    around = cache(rules.networks_holding)
    members_of = cache(members)
    gains = loses = 0
    for others, was, will_be, count in kinds_of_people(order, before, members_of):
        before_ways, after_ways = had if was else {}, asked if will_be else {}
        gains += count * are_more(beyond(after_ways, before_ways), others, around)
        loses += count * are_more(beyond(before_ways, after_ways), others, around)
    return Effect(
        order=order,
        opened=as_written(beyond(asked, had)),
        shut=as_written(beyond(had, asked)),
        gains=gains,
        loses=loses,
        beside=beside(order, members_of, around),
        reopened=reopened(order),
    )


def reopened(order: ReachList) -> list[Reopening]:
    """Whoever agrees is told of it, by whom and why it was taken off."""
    wanted = list(map(rules.network_named, order.networks))
    gone = Reopening.objects.filter(state=Reopening.State.AGREED).select_related("closed").order_by("-decided_at")
    return [
        one for one in gone if any(rules.meets(rules.network_named(one.closed.network), network) for network in wanted)
    ]


def kinds_of_people(
    order: ReachList, before: ReachList | None, members_of: MembersOf
) -> Iterator[tuple[list[Reach], bool, bool, int]]:
    """Those for whom the list is or was, told apart by which others hold for them that day: these, whether the list was for each, whether
    it will be, and how many they are."""
    holders = may_dial_in()
    after_whom = among(holders, order.office, order.unit_id, members_of)
    before_whom = among(holders, before.office, before.unit_id, members_of) if before else set()
    others = list(dated.rules_on(ReachList.objects.exclude(name=order.name), order.starts_on))
    whose = [among(holders, one.office, one.unit_id, members_of) for one in others]
    reaches = list(map(reach_of, others))
    kinds = Counter(
        (person in before_whom, person in after_whom, tuple(person in whom for whom in whose))
        for person in before_whom | after_whom
    )
    for (was, will_be, holds), count in kinds.items():
        yield list(compress(reaches, holds)), was, will_be, count


def reach_of(one: ReachList) -> Reach:
    return Reach(frozenset(str(rules.network_named(text)) for text in one.networks), frozenset(one.ports))


def ways_of(one: ReachList) -> Ways:
    return dict.fromkeys(map(rules.network_named, one.networks), frozenset(one.ports))


def beyond(these: Ways, those: Ways) -> Ways:
    """What of these is none of those."""
    none: frozenset[int] = frozenset()
    return {network: more for network, ports in these.items() if (more := ports - those.get(network, none))}


def are_more(these: Ways, lists: Sequence[Reach], around: Around) -> bool:
    """Whether some way is one to which no list leads."""
    return any(ports - ports_to(around(network), lists) for network, ports in these.items())


def ports_to(around: frozenset[str], lists: Iterable[Reach]) -> set[int]:
    """By which ports the lists lead to the whole of a network, told by all the networks `around` it."""
    return {port for one in lists if not around.isdisjoint(one.networks) for port in one.ports}


def as_written(these: Ways) -> list[str]:
    return sorted(f"{network}:{port}" for network, ports in these.items() for port in ports)


def beside(this: ReachList, members_of: MembersOf, around: Around) -> list[str]:
    """ocserv knows the networks of a person and the ports of a person, not which belong together (`vpn_config.block_of`): across two lists
    of one person it opens each with each, on any day that both hold."""
    others = list(dated.rules_within(ReachList.objects.exclude(name=this.name), this.starts_on, this.ends_on))
    reaches = {id(one): reach_of(one) for one in (this, *others)}
    common = [one for one in others if is_common(one)]
    found: set[str] = set()
    for one in others:
        if may_meet(this, one, members_of):
            both = [reaches[id(each)] for each in (this, one)]
            led = both + [reaches[id(each)] for each in common if holds_while_both(each, this, one)]
            for here, there in (both, reversed(both)):
                for text in here.networks:
                    more = there.ports - ports_to(around(rules.network_named(text)), led)
                    found |= {f"{text}:{port}" for port in more}
    return sorted(found)


def holds_while_both(each: ReachList, this: ReachList, other: ReachList) -> bool:
    return each.starts_on <= max(this.starts_on, other.starts_on) and each.last >= min(this.last, other.last)


def is_common(one: ReachList) -> bool:
    return not one.office and one.unit_id is None


def may_meet(this: ReachList, other: ReachList, members_of: MembersOf) -> bool:
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


def may_dial_in() -> set[int]:
    """Who holds an account today."""
    open_today = VpnGrant.objects.filter(state=VpnGrant.State.OPEN, until__gte=campus_today())
    return set(open_today.values_list("person_id", flat=True))


def among(holders: set[int], office: str, unit_id: int | None, members_of: MembersOf) -> set[int]:
    return holders & members_of(office, unit_id) if office or unit_id else holders


@transaction.atomic
def ask(*, by: Actor, token: UUID, order: ReachList, reason: str) -> ReachChange:
    """Another of the centre agrees before it holds."""
    if known := ReachChange.known(by, token):
        return known
    refuse_closed(order)
    row = ReachChange.begun(by, token, reason=reason, **facts_of(order))
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


def order_of(row: ReachChange) -> ReachList:
    return ReachList(**facts_of(row))


def facts_of(row: ReachList | ReachChange) -> dict[str, Any]:
    return {name: getattr(row, name) for name in SAID}


def note(by: Actor, action: str, row: ReachChange, reason: str) -> None:
    audit.record(by=by, action=action, target=f"reach-change:{row.public_id}", reason=reason, facts={"title": row.name})


@transaction.atomic
def set_list(*, by: Actor, order: ReachList, reason: str) -> None:
    """From its first day on, in the place of what this name said."""
    refuse_closed(order)
    try:
        with transaction.atomic():
            dated.supersede(by=by, wanted=[order], reason=reason)
    except IntegrityError as error:
        raise said(error, order.networks) from error
    audit.record(
        by=by,
        action="network.set_reach_list",
        target=f"reach-list:{order.public_id}",
        reason=reason,
        facts={"title": order.name, "networks": " ".join(order.networks), "ports": " ".join(map(str, order.ports))},
    )


def said(error: IntegrityError, networks: Sequence[str]) -> CampusError:
    """Another closed a network in this very moment, or entered the same list."""
    if "into_closed" in str(error):
        return ClosedNetworkError(network="、".join(networks), name="—", bastion=reach_rules().bastion)
    return KnownAlreadyError()


def refuse_closed(order: ReachList) -> None:
    if set(order.ports) & set(CLOSED_PORTS):
        raise ClosedPortError(bastion=reach_rules().bastion)
    closed = [(rules.network_named(one.network), one) for one in closed_networks()]
    wanted = list(map(rules.network_named, order.networks))
    if rules.are_too_wide(wanted):
        raise TooWideError(network="、".join(map(str, wanted[:3])) + ("…" if len(wanted) > 3 else ""))  # noqa: PLR2004
    for network in wanted:
        if rules.is_too_wide(network):
            raise TooWideError(network=network)
        if rules.is_no_place(network):
            raise NoPlaceError(network=network)
        for room, one in closed:
            if rules.meets(network, room):
                raise ClosedNetworkError(network=one.network, name=one.name, bastion=reach_rules().bastion)


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
    """Raises NoPlaceError of what would keep nothing closed: an IPv6 address that stands for one of IPv4."""
    if rules.is_no_place(network):
        raise NoPlaceError(network=network)
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
def ask_reopening(*, by: Actor, token: UUID, found: ClosedNetwork, reason: str) -> Reopening:
    """That it is the machine room's no more: from when another of the centre agrees."""
    if known := Reopening.known(by, token):
        return known
    if not ClosedNetwork.objects.select_for_update().filter(pk=found.pk, removed_at=None).exists():
        raise WrongStateError(what=ClosedNetwork.what, state="—")
    if Reopening.objects.filter(closed=found, state=Reopening.State.ASKED).exists():
        raise ReopeningWaitsError
    made = Reopening.begun(by, token, closed=found, reason=given(reason))
    note_reopening(by, "network.ask_reopening", made, made.reason)
    return made


@transaction.atomic
def agree_reopening(*, by: Actor, row: Reopening) -> Reopening:
    found = row.locked_in([Reopening.State.ASKED])
    found.decide(by, state=Reopening.State.AGREED)
    found.save()
    ClosedNetwork.objects.filter(pk=found.closed_id).update(removed_at=now())
    note_reopening(by, "network.open_network", found, found.reason)
    return found


@transaction.atomic
def refuse_reopening(*, by: Actor, row: Reopening, answer: str) -> Reopening:
    found = row.locked_in([Reopening.State.ASKED])
    found.decide(by, state=Reopening.State.REFUSED, answer=given(answer))
    found.save()
    note_reopening(by, "network.refuse_reopening", found, found.answer)
    return found


def note_reopening(by: Actor, action: str, row: Reopening, reason: str) -> None:
    target = f"closed-network:{row.closed.public_id}"
    audit.record(by=by, action=action, target=target, reason=reason, facts={"title": str(row.closed)})


def common_lists() -> list[ReachList]:
    """What all staff reach today."""
    return list(living_lists().filter(office="", unit=None))


def lists_of(person_id: int, members_of: MembersOf = members) -> list[ReachList]:
    """What this member of staff reaches today, also by post and unit: of the units where he is staff, as the preview counts him."""
    return [one for one in living_lists() if is_common(one) or person_id in members_of(one.office, one.unit_id)]


def living_lists() -> QuerySet[ReachList]:
    return dated.rules_on(ReachList.objects.all(), campus_today()).order_by("name")
