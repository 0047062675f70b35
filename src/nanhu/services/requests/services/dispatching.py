"""Who takes a repair: by class, building and who is on duty; by hand; to another crew; with its twins."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import gettext_noop

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.proposals import given
from nanhu.kernel.ui.words import lazy_called
from nanhu.platforms.flows import api as flows
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.services.requests import shifts
from nanhu.services.requests.errors import NobodyToRouteError, NotOfCrewError, NotTheSameError, SameHandlerError
from nanhu.services.requests.models import Crew, Request
from nanhu.services.requests.models.requests import OPEN, REPAIRS
from nanhu.services.requests.policies import DISPATCHER, LEADER
from nanhu.services.requests.queries import covering
from nanhu.services.requests.rules import ROUTES_UNTIL_LEADER, TWIN_HOURS, is_on_duty
from nanhu.services.requests.services.timeline import What, locked, note, said, tell, tell_crew, tell_requester

State = Request.State
DISPATCH = Actor.system("requests.dispatch")
FRESH = Q(kind__in=REPAIRS, state=State.NEW, crew=None, routed=0)


def promised_until(request: Request, start: datetime) -> datetime:
    """By its class: what is dangerous in plain minutes, by day and night; all else in minutes of work."""
    promise = request.fault_class
    if promise is None:
        raise ValueError(request.number)
    if is_promised_plainly(request) and promise.urgent_minutes:
        return start + timedelta(minutes=promise.urgent_minutes)
    return flows.due_after(start, promise.minutes)


def dispatch(request: Request) -> bool:
    """By rule, to who is on duty: first to whom the duty table names now, else to a crew by its weekdays; who covers the class in this very
    building comes before who covers it everywhere. What nobody takes waits for the dispatcher, or for a crew's next hour on duty."""
    crews = covering(request)
    shift = shifts.first_on_duty(crews)
    if shift is not None:
        hand_to(DISPATCH, request, shift[0], worker_id=shift[1])
        return True
    crew = next((one for one in crews if is_on_duty(one.duty_days, campus_today())), None)
    if crew is not None:
        hand_to(DISPATCH, request, crew)
    return crew is not None


def dispatch_waiting() -> int:
    """What came while no crew was on duty."""
    taken = 0
    for public_id in Request.objects.filter(FRESH).order_by("created_at").values_list("pk", flat=True):
        with transaction.atomic():
            one = every_row().select_for_update(of=("self",)).filter(FRESH, pk=public_id).first()
            taken += one is not None and dispatch(one)
    return taken


def give_back(crew: Crew) -> None:
    """What a crew that is no more has open: to another one, or to the dispatcher."""
    rows = every_row().select_for_update(of=("self",)).filter(crew=crew, state__in=OPEN)
    for one in rows.order_by("pk"):
        start_clock(one)
        one.crew, one.worker, one.state, one.proposed = None, None, State.NEW, []
        one.save(update_fields=["crew", "worker", "state", "proposed", "due_at", "minutes_left"])
        note(DISPATCH, one, What.ROUTED, gettext_noop("原维修队%(what)s已停用") % {"what": crew.name})
        dispatch(one)


def every_row() -> QuerySet[Request]:
    return Request.objects.select_related("place", "fault_class", "crew", "unit")


def title_of(request: Request) -> str:
    """Where, and what is broken there, in the language of whoever reads it."""
    return request.title


lazy_title = lazy(title_of, str)


def tell_of_danger(request: Request) -> None:
    """A crew that reads no message must not be the only one who knows."""
    words = said(request, _lazy("有危险：%(what)s"), what=lazy_title(request))
    tell(dispatchers(), reverse("requests:dispatch:jobs"), words, is_urgent=True)


def endanger(by: Actor, request: Request, until: datetime | None = None) -> None:
    """Somebody else who has the same trouble says that it is dangerous: from now on it is promised (`until`, else as danger is) and told like
    any danger. Of one that is locked and open."""
    if request.is_urgent:
        return
    request.is_urgent = True
    promised = until or promised_until(request, now())
    request.due_at, request.minutes_left = min(request.due_at or promised, promised), None
    if request.state == State.WAITING:
        request.state, request.proposed = State.ASSIGNED, []
    request.save(update_fields=["is_urgent", "due_at", "minutes_left", "state", "proposed"])
    note(by, request, What.MERGED, gettext_noop("另一个报修的人说有危险"), is_inner=True)
    tell_crew(request, said(request, _lazy("有危险：%(what)s"), what=lazy_title(request)))
    tell_of_danger(request)


def dispatchers() -> set[int]:
    """Whoever dispatches, and the head of the hall."""
    holders = [*identity.holders_of(DISPATCHER), *identity.holders_of(LEADER)]
    return {one.person_id for one in holders if one.person_id}


def stop_clock(request: Request) -> None:
    """What is left of the promise, as it was promised: of danger in plain minutes."""
    if request.due_at is None:
        return
    is_plain = is_promised_plainly(request)
    left = (request.due_at - now()).total_seconds() // 60 if is_plain else flows.minutes_between(now(), request.due_at)
    is_late = request.due_at < now()
    request.minutes_left, request.due_at = min(int(left), -1) if is_late else int(left), None


def start_clock(request: Request) -> None:
    """With what was left of the promise; what was late already stays late."""
    if request.due_at is None:
        left = request.minutes_left or 0
        is_plain = left < 0 or is_promised_plainly(request)
        request.due_at = now() + timedelta(minutes=left) if is_plain else flows.due_after(now(), left)
        request.minutes_left = None


def is_promised_plainly(request: Request) -> bool:
    return bool(request.is_urgent and request.fault_class and request.fault_class.urgent_minutes)


def hand_to(by: Actor, request: Request, crew: Crew, words: str = "", worker_id: int | None = None) -> None:
    """`worker_id`: one of the crew, who is to go."""
    request.crew, request.worker_id, request.state = crew, worker_id, State.ASSIGNED
    request.save(update_fields=["crew", "worker", "state"])
    card = people.person_card(worker_id) if worker_id is not None else None
    note(by, request, What.ASSIGNED, " ".join(filter(None, (crew.name, card.name if card else "", words))))
    told = said(request, _lazy("已派给%(crew)s"), crew=lazy_called(crew.name, crew.name_en))
    tell_requester(request, told)
    tell_crew(request, told)


@transaction.atomic
def assign(*, by: Actor, request: Request, crew: Crew, worker_id: int | None = None, window: str = "") -> Request:
    """By the dispatcher, who may name the worker and when he comes."""
    found = locked(request, {State.NEW, State.ASSIGNED})
    if worker_id is not None and not crew.members.filter(person_id=worker_id).exists():
        raise NotOfCrewError
    found.window, found.is_with_leader = window or found.window, False
    found.save(update_fields=["window", "is_with_leader"])
    hand_to(by, found, crew, window, worker_id)
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
    is_decided = found.routed >= ROUTES_UNTIL_LEADER and found.kind != Request.Kind.COMPLAINT
    if is_decided and not is_leader:
        raise NobodyToRouteError
    if (crew and crew.pk == found.crew_id) or (unit and unit == found.unit_id):
        raise SameHandlerError
    why = given(reason)
    found.routed += 1
    is_wandering = found.routed >= ROUTES_UNTIL_LEADER and found.kind != Request.Kind.COMPLAINT
    found.is_with_leader = is_wandering and not is_leader
    found.crew, found.worker, found.unit_id = None, None, unit or found.unit_id
    if found.state == State.WAITING:
        start_clock(found)
    found.state, found.proposed = State.NEW, []
    changed = ["routed", "is_with_leader", "crew", "worker", "unit", "state", "proposed", "due_at", "minutes_left"]
    found.save(update_fields=changed)
    note(by, found, What.ROUTED, why)
    if crew is not None and not found.is_with_leader:
        hand_to(by, found, crew)
    return found


@transaction.atomic
def merge(*, by: Actor, request: Request, into_number: str) -> Request:
    """One job for what several reported: whoever reported the other is told what becomes of this one. What was promised first holds, and
    danger stays danger."""
    numbers = {request.number, into_number}
    both = {one.number: one for one in locked_pair(numbers)}
    twin, kept = both.get(request.number), both.get(into_number)
    if twin is None or kept is None or not are_twins(twin, kept):
        raise NotTheSameError
    promised, is_danger = twin.due_at, twin.is_urgent
    twin.state, twin.merged_into, twin.due_at, twin.closed_at = State.MERGED, kept, None, now()
    twin.save(update_fields=["state", "merged_into", "due_at", "closed_at"])
    persons = set(twin.me_too.values_list("person_id", flat=True)) | {twin.person_id}
    for person_id in persons:
        if person_id is not None and person_id != kept.person_id:
            kept.me_too.get_or_create(person_id=person_id)
    kept.heat = kept.me_too.count()
    if kept.due_at and promised:
        kept.due_at = min(kept.due_at, promised)
    kept.save(update_fields=["heat", "due_at"])
    if is_danger:
        endanger(by, kept, promised)
    note(by, twin, What.MERGED, kept.number)
    tell_requester(twin, said(twin, _lazy("并入 %(number)s，一起办"), number=kept.number))
    return kept


def locked_pair(numbers: set[str]) -> list[Request]:
    return list(Request.objects.select_for_update().filter(number__in=numbers).order_by("pk"))


def are_twins(one: Request, other: Request) -> bool:
    same = ("kind", "place_id", "fault_class_id")
    if one.pk == other.pk or any(getattr(one, name) != getattr(other, name) for name in same) or not one.place_id:
        return False
    apart = abs((one.created_at or now()) - (other.created_at or now()))
    return one.state in OPEN and other.state in OPEN and apart <= timedelta(hours=TWIN_HOURS)
