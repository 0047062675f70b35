"""What a reach list would do (可达清单的影响), said before it holds; nothing is written."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import compress

from nanhu.kernel import dated
from nanhu.services.network.reach import rules
from nanhu.services.network.reach.models import ReachList, Reopening
from nanhu.services.network.reach.rules import Network
from nanhu.services.network.reach.services import narrowing
from nanhu.services.network.reach.services.listing import (
    Around,
    MembersOf,
    Reach,
    among,
    is_common,
    may_dial_in,
    members,
    reach_of,
    refuse_closed,
)

type Ways = dict[Network, frozenset[int]]
"""Networks, each with the ports by which it is reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a list would do on its first day, among those who hold an open VPN account: `opened` and `shut` are what the list of this name
    says anew and says no more; `gains` and `loses` count people, none whom their other lists of that day lead to all of it. `beside`: what
    no list says and the gateway opens with this one, for whom another list holds too. `reopened`: what it leads to that was the machine room
    before two people took it off the list of its networks. `inside`: whose tunnel stands now with more than he would have, and ends."""

    order: ReachList
    opened: list[str]
    shut: list[str]
    gains: int
    loses: int
    beside: list[str]
    reopened: list[Reopening]
    inside: int


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
        inside=narrowing.count_inside([*others_than(order), order], members_of),
    )


def others_than(order: ReachList) -> list[ReachList]:
    """Of its first day."""
    return list(dated.rules_on(ReachList.objects.exclude(name=order.name), order.starts_on))


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
    others = others_than(order)
    whose = [among(holders, one.office, one.unit_id, members_of) for one in others]
    reaches = list(map(reach_of, others))
    kinds = Counter(
        (person in before_whom, person in after_whom, tuple(person in whom for whom in whose))
        for person in before_whom | after_whom
    )
    for (was, will_be, holds), count in kinds.items():
        yield list(compress(reaches, holds)), was, will_be, count


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


def may_meet(this: ReachList, other: ReachList, members_of: MembersOf) -> bool:
    """Whether somebody has both as posts and units are held today, with an account or without."""
    if is_common(this) or is_common(other) or (this.office, this.unit_id) == (other.office, other.unit_id):
        return True
    return bool(members_of(this.office, this.unit_id) & members_of(other.office, other.unit_id))
