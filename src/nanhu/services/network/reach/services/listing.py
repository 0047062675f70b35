"""Reach lists (可达清单) and the networks of the machine room (机房网段); the database refuses what would lead into these."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
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

type Around = Callable[[Network], frozenset[str]]
type MembersOf = Callable[[str, int | None], set[int]]
SAID: Final = ("name", "office", "unit_id", "networks", "ports", "starts_on", "ends_on")
"""What a list says, and who asks for one."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a list leads to, or several of one person, their networks read once: a preview asks each of them of thousands of ways."""

    networks: frozenset[str]
    ports: frozenset[int]


def reach_of(one: ReachList) -> Reach:
    return Reach(frozenset(str(rules.network_named(text)) for text in one.networks), frozenset(one.ports))


def together(lists: Iterable[ReachList]) -> Reach:
    """As the gateway has them: each network with each port."""
    each = list(map(reach_of, lists))
    return Reach(
        frozenset(network for one in each for network in one.networks),
        frozenset(port for one in each for port in one.ports),
    )


def is_more(this: Reach, than: Reach, around: Around) -> bool:
    """Whether it leads to something to which the other does not."""
    if this.ports - than.ports:
        return True
    return any(around(rules.network_named(one)).isdisjoint(than.networks) for one in this.networks)


def is_common(one: ReachList) -> bool:
    return not one.office and one.unit_id is None


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
    """From today on where its first day went by while it waited: what held until now is history."""
    order = ReachList(**facts_of(row))
    order.starts_on = max(order.starts_on, min(campus_today(), order.last))
    return order


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


def lists_of(person_id: int, members_of: MembersOf = members) -> list[ReachList]:
    """What this member of staff reaches today, also by post and unit: of the units where he is staff, as the preview counts him."""
    return held_by(person_id, living_lists(), members_of)


def held_by(person_id: int, lists: Iterable[ReachList], members_of: MembersOf) -> list[ReachList]:
    return [one for one in lists if is_common(one) or person_id in members_of(one.office, one.unit_id)]


def living_lists() -> QuerySet[ReachList]:
    return dated.rules_on(ReachList.objects.all(), campus_today()).order_by("name")
