"""Who takes a repair: by class, building and who is on duty; by hand; to another crew; with its twins."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.proposals import given
from nanhu.platforms.flows import api as flows
from nanhu.services.requests.errors import NobodyToRouteError, NotTheSameError, SameHandlerError
from nanhu.services.requests.models import Crew, Request
from nanhu.services.requests.models.requests import OPEN
from nanhu.services.requests.queries import covering
from nanhu.services.requests.rules import ROUTES_UNTIL_LEADER, TWIN_HOURS, is_on_duty
from nanhu.services.requests.services.timeline import What, locked, note, said, tell_crew, tell_requester

State = Request.State
DISPATCH = Actor.system("requests.dispatch")


def promised_until(request: Request, start: datetime) -> datetime:
    """By its class: what is dangerous in plain minutes, by day and night; all else in minutes of work."""
    promise = request.fault_class
    if promise is None:
        raise ValueError(request.number)
    if request.is_urgent and promise.urgent_minutes:
        return start + timedelta(minutes=promise.urgent_minutes)
    return flows.due_after(start, promise.minutes)


def dispatch(request: Request) -> None:
    """By rule: who covers the class in this very building comes before who covers it everywhere, and who is on duty before who is
    not. What nobody covers waits for the dispatcher."""
    crews = sorted(covering(request), key=lambda crew: not is_on_duty(crew.duty_days, campus_today()))
    if crews:
        hand_to(DISPATCH, request, crews[0])


def hand_to(by: Actor, request: Request, crew: Crew, words: str = "") -> None:
    request.crew, request.worker, request.state = crew, None, State.ASSIGNED
    request.save(update_fields=["crew", "worker", "state"])
    note(by, request, What.ASSIGNED, f"{crew.name} {words}".strip())
    told = said(request, _("已派给%(crew)s") % {"crew": crew.name})
    tell_requester(request, told)
    tell_crew(request, told)


@transaction.atomic
def assign(*, by: Actor, request: Request, crew: Crew, worker_id: int | None = None, window: str = "") -> Request:
    """By the dispatcher, who may name the worker and when he comes."""
    found = locked(request, {State.NEW, State.ASSIGNED})
    if window:
        found.window = window
    found.save(update_fields=["window"])
    hand_to(by, found, crew, window)
    if worker_id is not None and crew.members.filter(person_id=worker_id).exists():
        found.worker_id = worker_id
        found.save(update_fields=["worker"])
    return found


@transaction.atomic
def route(
    *,
    by: Actor,
    request: Request,
    reason: str,
    crew: Crew | None = None,
    unit: int | None = None,
    is_leader: bool = False,
) -> Request:
    """Not ours: to another crew or unit, with a reason. After the second time its leader's word ends the wandering."""
    found = locked(request, {State.NEW, State.ASSIGNED, State.WAITING})
    if found.is_with_leader and not is_leader:
        raise NobodyToRouteError
    if (crew and crew.pk == found.crew_id) or (unit and unit == found.unit_id):
        raise SameHandlerError
    why = given(reason)
    found.routed += 1
    is_wandering = found.routed >= ROUTES_UNTIL_LEADER and found.kind != Request.Kind.COMPLAINT
    found.is_with_leader = is_wandering and not is_leader
    found.crew, found.worker, found.unit_id = None, None, unit or found.unit_id
    found.state = State.NEW
    found.save(update_fields=["routed", "is_with_leader", "crew", "worker", "unit", "state"])
    note(by, found, What.ROUTED, why)
    if crew is not None and not found.is_with_leader:
        hand_to(by, found, crew)
    return found


@transaction.atomic
def merge(*, by: Actor, request: Request, into_number: str) -> Request:
    """One job for what several reported: whoever reported the other is told what becomes of this one."""
    numbers = {request.number, into_number}
    both = {one.number: one for one in locked_pair(numbers)}
    twin, kept = both.get(request.number), both.get(into_number)
    if twin is None or kept is None or not are_twins(twin, kept):
        raise NotTheSameError
    twin.state, twin.merged_into, twin.due_at = State.MERGED, kept, None
    twin.save(update_fields=["state", "merged_into", "due_at"])
    persons = set(twin.me_too.values_list("person_id", flat=True)) | {twin.person_id}
    for person_id in persons:
        if person_id is not None and person_id != kept.person_id:
            kept.me_too.get_or_create(person_id=person_id)
    kept.heat = kept.me_too.count()
    kept.save(update_fields=["heat"])
    note(by, twin, What.MERGED, kept.number)
    tell_requester(twin, said(twin, _("并入 %(number)s，一起办") % {"number": kept.number}))
    return kept


def locked_pair(numbers: set[str]) -> list[Request]:
    return list(Request.objects.select_for_update().filter(number__in=numbers).order_by("pk"))


def are_twins(one: Request, other: Request) -> bool:
    same = ("kind", "place_id", "fault_class_id")
    if one.pk == other.pk or any(getattr(one, name) != getattr(other, name) for name in same) or not one.place_id:
        return False
    apart = abs((one.created_at or now()) - (other.created_at or now()))
    return one.state in OPEN and other.state in OPEN and apart <= timedelta(hours=TWIN_HOURS)
