"""Before the count and between its rounds: scope, teams, opening, the second round."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor, account_of
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.platforms.campus import api as campus
from nanhu.platforms.people import api as people
from nanhu.systems.assets.counting import statements
from nanhu.systems.assets.counting.errors import (
    NobodyCountsError,
    NoSuchMembersError,
    NothingOpenError,
    NothingToCountError,
)
from nanhu.systems.assets.counting.models import CountMember, CountPlace, CountTeam, StockTake
from nanhu.systems.assets.counting.queries import any_open, figures_of, unit_ids_of_take
from nanhu.systems.assets.models import Asset

State = StockTake.State
COUNTED_STATES: Final = [
    Asset.State.IN_STOCK.value,
    Asset.State.IN_USE.value,
    Asset.State.LENT.value,
    Asset.State.IN_REPAIR.value,
    Asset.State.MISSING.value,
    Asset.State.TO_SCRAP.value,
]
"""Also what is missing already: it may turn up."""


@transaction.atomic
def plan(
    *, by: Actor, title: str, starts_on: date, ends_on: date, unit_id: int | None, places: Sequence[campus.Place] = ()
) -> StockTake:
    take = StockTake.objects.create(
        title=title,
        unit_id=unit_id,
        starts_on=starts_on,
        ends_on=ends_on,
        author_id=account_of(by),
        author_name=by.name,
    )
    CountPlace.objects.bulk_create(CountPlace(take=take, place=place) for place in dict.fromkeys(places))
    audit.record(by=by, action="assets.plan_count", target=target_of(take), facts={"title": take.title})
    return take


@transaction.atomic
def set_team(
    *, by: Actor, take: StockTake, name: str, members: Sequence[str], place: campus.Place | None = None
) -> CountTeam:
    """`members` by their campus numbers. The same name again is the team as it shall be from now on."""
    row = locked_in(take, [State.PLANNED, State.OPEN])
    found = people.find_people_by_campus_no(members)
    if unknown := [number for number in members if number not in found]:
        raise NoSuchMembersError(numbers="、".join(unknown))
    team, _made = CountTeam.objects.update_or_create(take=row, name=name, defaults={"place": place})
    people_now = sorted(set(found.values()))
    team.members.exclude(person_id__in=people_now).filter(ended_at=None).update(ended_at=now())
    CountMember.objects.bulk_create(
        (CountMember(team=team, person_id=one) for one in people_now),
        update_conflicts=True,
        unique_fields=["team", "person"],
        update_fields=["ended_at"],
    )
    told = {"team": f"{name} · {place.name}" if place else name, "members": "、".join(members)}
    audit.record(by=by, action="assets.set_count_team", target=target_of(row), facts=told)
    return team


@transaction.atomic
def open_take(*, by: Actor, take: StockTake) -> StockTake:
    """Writes the list of what should be there: what is transferred later was still there then."""
    row = locked_in(take, [State.PLANNED])
    if not CountMember.objects.filter(team__take=row, ended_at=None).exists():
        raise NobodyCountsError
    units = unit_ids_of_take(row)
    if not statements.run("open_list", {"take": row.pk, "states": COUNTED_STATES, "units": units}):
        raise NothingToCountError
    row.state, row.round, row.opened_at = State.OPEN, 1, now()
    transaction.on_commit(any_open.forget)
    row.save(update_fields=["state", "round", "opened_at"])
    audit.record(by=by, action="assets.open_count", target=target_of(row), facts={"title": row.title})
    return row


@transaction.atomic
def begin_next_round(*, by: Actor, take: StockTake) -> StockTake:
    """Only what is open is counted again: what nobody saw, and what was only said."""
    row = locked_in(take, [State.OPEN])
    found = figures_of(row)
    if not found["not_seen"] and not found["unproven"]:
        raise NothingOpenError
    row.round += 1
    row.save(update_fields=["round"])
    audit.record(by=by, action="assets.recount", target=target_of(row), facts={"title": row.title})
    return row


@transaction.atomic
def drop(*, by: Actor, take: StockTake, reason: str) -> StockTake:
    row = locked_in(take, [State.PLANNED])
    row.state = State.DROPPED
    row.save(update_fields=["state"])
    audit.record(by=by, action="assets.drop_count", target=target_of(row), reason=reason)
    return row


def locked_in(take: StockTake, states: Sequence[str]) -> StockTake:
    row = StockTake.objects.select_for_update().get(pk=take.pk)
    if row.state not in states:
        raise WrongStateError(what=StockTake.what, state=row.get_state_display())
    return row


def target_of(take: StockTake) -> str:
    return f"stock-take:{take.public_id}"
