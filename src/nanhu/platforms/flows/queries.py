"""Reads: what waits for a person, his applications, the cases that he may see."""

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypedDict
from uuid import UUID

from django.db.models import Case as Chosen
from django.db.models import (
    Count,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    UUIDField,
    When,
    Window,
)
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit.waiting import own_count
from nanhu.kernel.registry import Hit, Viewer, Waiting, WaitingWork, of_keys, waiting_work
from nanhu.kernel.remembered import Remembered
from nanhu.kernel.ui.words import term
from nanhu.platforms.flows import papers
from nanhu.platforms.flows.errors import NotYoursError
from nanhu.platforms.flows.models import (
    Announcement,
    Case,
    Definition,
    Delegation,
    Draft,
    Entry,
    OutsideSource,
    OutsideTodo,
    PaperEntry,
    Task,
    Version,
)
from nanhu.platforms.flows.policies import (
    LIVING,
    Capacity,
    capacities_of,
    capacity_for,
    covered_by,
    given_to,
    owners_of_paper,
    units_led_by,
    visible_cases,
)
from nanhu.platforms.flows.specs import specs
from nanhu.platforms.people import api as people

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

WORK_SHOWN = 3
NO_UNIT = 0
"""Stands for a unit that is not there any more: nobody is of it."""
HOME_SHOWN = 3
DEADLINES_SHOWN = 200
OWN: Final = Given("person")
OWN_FIRST = Prepared(lambda: at_home(in_turn(own_tasks(OWN))))


class Counted(TypedDict):
    count: int


type CountedTask = WithAnnotations[Task, Counted]


def own_tasks(person: Any) -> QuerySet[Task]:
    """Of who has no post and stands in for nobody."""
    return covered_by([Capacity(person, None)], person)


count_own = own_count("flows.tasks", own_tasks)
count_delegations = own_count("flows.delegations", given_to)
log = logging.getLogger(__name__)


def person_of(viewer: Viewer) -> int:
    """Pages of flows are open to persons alone (`allows`)."""
    if viewer.person_id is None:
        raise NotFoundError(what=_("这个页面"))
    return viewer.person_id


def todo_tasks(viewer: Viewer) -> QuerySet[Task]:
    """Urged first, then what is due first."""
    return in_turn(waiting(viewer)).select_related("pool_unit")


def todo_between(viewer: Viewer, first: datetime, last: datetime) -> list[Task]:
    """Of `todo_tasks` what is due between these moments."""
    if is_for_oneself(viewer):
        return OWN_BETWEEN(person=person_of(viewer), first=first, last=last)
    return list(todo_tasks(viewer).filter(due_at__gte=first, due_at__lt=last)[:DEADLINES_SHOWN])


def ended_between(viewer: Viewer, first: datetime, last: datetime) -> list[Task]:
    """Of what is done or cancelled, the same."""
    posts = capacities(viewer)[0].posts
    if not posts:
        return ENDED_BETWEEN(person=person_of(viewer), first=first, last=last)
    return list(ended_tasks(person_of(viewer), posts).filter(due_at__gte=first, due_at__lt=last)[:DEADLINES_SHOWN])


def ended_tasks(person: Any, posts: Iterable[tuple[int, str]] = ()) -> QuerySet[Task]:
    """Done or cancelled, of what waited for this reader or for who holds one of his posts, the latest due first."""
    theirs = Q(person_id=person)
    for unit_id, office in posts:
        theirs |= Q(person=None, pool_unit_id=unit_id, pool_office=office)
    ended = Task.objects.filter(theirs, state__in=[Task.State.DONE, Task.State.CANCELLED])
    return ended.select_related("case__definition").order_by("-due_at", "pk")


BETWEEN: Final = Q(due_at__gte=Given("first", DateTimeField()), due_at__lt=Given("last", DateTimeField()))
OWN_BETWEEN = Prepared(lambda: in_turn(own_tasks(OWN)).filter(BETWEEN).select_related("pool_unit")[:DEADLINES_SHOWN])
ENDED_BETWEEN = Prepared(lambda: ended_tasks(OWN).filter(BETWEEN)[:DEADLINES_SHOWN])


def capacities(viewer: Viewer) -> list[Capacity]:
    """Read once a request: tabs, counts and lists all ask."""
    person_id = person_of(viewer)

    def read() -> list[Capacity]:
        held = tuple((one.unit_id, one.office) for one in people.own_posts(viewer))
        return capacities_of(person_id) if count_delegations(viewer) else [Capacity(person_id, None, held)]

    return viewer.once("flows.capacities", read)


def stood_in_for(viewer: Viewer) -> list[int]:
    """In whose place this reader does all that they decide, in other rooms too."""
    if viewer.person_id is None:
        return []
    return [one.person_id for one in capacities(viewer) if not one.is_own and one.definition_id is None]


def waiting(viewer: Viewer) -> QuerySet[Task]:
    """Made once a request: who asks narrows it further."""
    return viewer.once("flows.waiting", lambda: covered_by(capacities(viewer), person_of(viewer)))


def units_led(viewer: Viewer) -> list[int]:
    return units_led_by(capacities(viewer)[0].posts)


def in_turn(rows: QuerySet[Task]) -> QuerySet[Task]:
    turn = (F("urged_at").asc(nulls_last=True), F("due_at").asc(nulls_last=True), "pk")
    return rows.select_related("case__definition").order_by(*turn)


def home_tasks(viewer: Viewer) -> tuple[Sequence[Task], int]:
    """The first of them, and how many there are. Who has no post and stands in for nobody is most people, at each of their homes."""
    if is_for_oneself(viewer):
        count = count_own(viewer)
        return OWN_FIRST(person=person_of(viewer)) if count else [], count
    held = capacities(viewer)
    first = (
        list(first_of(waiting(viewer)))
        if len(held) > 1
        else holders_first(len(held[0].posts))(**holding(viewer, held[0]))
    )
    return first, first[0].count if first else 0


def waiting_flows(viewer: Viewer) -> list[tuple[str, str, int]]:
    """Key, name and number of what waits for this reader, by process; asked once a request."""
    return viewer.once("flows.by_flow", lambda: read_flows(viewer))


def read_flows(viewer: Viewer) -> list[Any]:
    if is_for_oneself(viewer):
        return list(OWN_BY_FLOW(person=person_of(viewer))) if count_own(viewer) else []
    held = capacities(viewer)
    if len(held) > 1:
        return list(by_flow(waiting(viewer)))
    return list(holders_by_flow(len(held[0].posts))(**holding(viewer, held[0])))


def by_flow(rows: QuerySet[Task]) -> QuerySet[Any]:
    named = rows.order_by().values_list("case__definition__key", "case__definition__name")
    return named.annotate(number=Count("pk"))


OWN_BY_FLOW: Final[Prepared[Any]] = Prepared(lambda: by_flow(own_tasks(OWN)))


def first_of(rows: QuerySet[Task]) -> "QuerySet[CountedTask]":
    return at_home(in_turn(rows).annotate(count=Window(Count("pk"))))


def at_home[Row: Task](rows: "QuerySet[Row]") -> "QuerySet[Row]":
    """What a home says of its first few, of some eighty columns."""
    return rows.only("urged_at", "level", "case__applicant_name", "case__definition__name")[:HOME_SHOWN]


def of_holder(number: int) -> QuerySet[Task]:
    """Of who stands in for nobody and has so many posts; `holding` gives what it asks for."""
    person: Any = OWN
    posts: Any = tuple((Given(f"unit{n}"), Given(f"office{n}", TextField())) for n in range(number))
    return covered_by([Capacity(person, None, posts)], person)


@cache
def holders_first(number: int) -> "Prepared[CountedTask]":
    return Prepared(lambda: first_of(of_holder(number)))


@cache
def holders_by_flow(number: int) -> Prepared[Any]:
    return Prepared(lambda: by_flow(of_holder(number)))


def holding(viewer: Viewer, own: Capacity) -> dict[str, object]:
    units, offices = zip(*own.posts, strict=True)
    return {"person": person_of(viewer), **numbered("unit", units), **numbered("office", offices)}


def numbered(name: str, values: Iterable[object]) -> dict[str, object]:
    return {f"{name}{n}": value for n, value in enumerate(values)}


def is_for_oneself(viewer: Viewer) -> bool:
    return capacities(viewer) == [Capacity(person_of(viewer), None)]


def count_tasks(viewer: Viewer) -> int:
    """Counted once a request: the tab and the home both say it."""
    if viewer.person_id is None:
        return 0
    return count_own(viewer) if is_for_oneself(viewer) else sum(number for *_flow, number in waiting_flows(viewer))


def other_work(viewer: Viewer, limit: int = WORK_SHOWN) -> list[tuple[WaitingWork, Waiting]]:
    """What waits in the consoles of other rooms, of each so many by name."""
    found = [(work, loaded(work, viewer, limit)) for work in waiting_work]
    return [(work, waiting) for work, waiting in found if waiting is not None]


def loaded(work: WaitingWork, viewer: Viewer, limit: int) -> Waiting | None:
    """A room that fails takes nobody's list away."""
    try:
        return work.load(viewer, limit)
    except Exception:
        log.exception("what waits in %s could not be read", work.title)
        return None


def all_that_waits(viewer: Viewer) -> tuple[Sequence[Task], list[tuple[WaitingWork, Waiting]], int]:
    """The first tasks, the work of other rooms, and how many there are: one count for tile, bell, bar and tab."""
    return viewer.once("flows.all_that_waits", lambda: read_all(viewer))


def read_all(viewer: Viewer) -> tuple[Sequence[Task], list[tuple[WaitingWork, Waiting]], int]:
    if viewer.person_id is None:
        return [], [], 0
    tasks, count = home_tasks(viewer)
    work = other_work(viewer, limit=0)
    return tasks, work, count + sum(waiting.count for _source, waiting in work)


def count_todos(viewer: Viewer) -> int:
    return all_that_waits(viewer)[2]


def task_for(viewer: Viewer, public_id: UUID) -> Task:
    """One that this reader may do now, or has done: others' are not there."""
    person_id = person_of(viewer)
    row = TASK.first(task=public_id)
    if row is None or person_id in owners_of_paper(row.case):
        raise NotYoursError
    if row.state in LIVING and capacity_for(row, person_id, capacities(viewer)) is not None:
        return row
    was_theirs = person_id in {row.done_by_id, row.done_for_id} or was_before(row, person_id)
    if not was_theirs and (row.state in LIVING or not visible_cases(person_id).filter(pk=row.case_id).exists()):
        raise NotYoursError
    return row


TASK: Final = Prepared(
    lambda: Task.objects.select_related("case__definition", "pool_unit").filter(public_id=Given("task", UUIDField()))
)


def was_before(row: Task, person_id: int) -> bool:
    """Whether this reader handed it over, or is of the pool and somebody was faster: he reads who, and may do nothing."""
    if row.applicant_id == person_id:
        return False
    gave = Entry.objects.filter(case=row.case_id, step=row.step, person_id=person_id, verb="transferred")
    return any(one.is_member(row) for one in capacities_of(person_id)) or gave.exists()


def outside_todos(viewer: Viewer) -> QuerySet[OutsideTodo]:
    """What other systems pushed for this person, what is due first first."""
    return outside_of(person_of(viewer))


def outside_of(person_id: int | Given) -> QuerySet[OutsideTodo]:
    """None of a source, or of a vendor, that is switched off. What says to be overdue for a year stands last: it would else stand
    above all that is."""
    rows = OutsideTodo.objects.filter(person_id=person_id, state=OutsideTodo.State.OPEN)
    rows = rows.filter(source__is_on=True, source__vendor__is_on=True)
    is_old = When(due_at__lt=Now() - timedelta(days=365), then=1)
    turn = (Chosen(is_old, default=0, output_field=IntegerField()), F("due_at").asc(nulls_last=True), "pk")
    return rows.select_related("source").order_by(*turn)


count_outside = own_count("flows.outside", lambda person: outside_of(person).select_related(None))
"""Most people have none: each home asks."""


def todo_sources() -> QuerySet[OutsideSource]:
    """With how many of their to-dos wait, are done, and are nobody's."""
    is_open = Q(todos__state=OutsideTodo.State.OPEN)
    counts = {
        "waiting": Count("todos", filter=is_open & Q(todos__person__isnull=False)),
        "done": Count("todos", filter=Q(todos__state=OutsideTodo.State.DONE)),
        "unknown": Count("todos", filter=Q(todos__dropped=OutsideTodo.Dropped.UNKNOWN)),
        "too_many": Count("todos", filter=Q(todos__dropped=OutsideTodo.Dropped.TOO_MANY)),
    }
    rows = OutsideSource.objects.filter(is_sandbox=False).select_related("vendor").annotate(**counts)
    return rows.order_by("name")


def offered_services(viewer: Viewer) -> QuerySet[Definition]:
    rows = Definition.objects.filter(is_offered=True, faces__contains=viewer.face)
    return rows.filter(for_whom(viewer.person_id)).order_by("section", "name")


def for_whom(person_id: int | None) -> Q:
    """What is for everybody, or for a unit of this person's or one above it; and for every category of persons, or one of his."""
    codes = people.unit_codes_of(person_id) if person_id is not None else []
    kinds = people.category_codes_of(person_id) if person_id is not None else []
    return (Q(units=[]) | Q(units__has_any_keys=codes)) & (Q(categories=[]) | Q(categories__has_any_keys=kinds))


def service_hits(keys: Collection[str] | None = None) -> Iterable[Hit]:
    """What people may apply for, for the one search; what is for some categories of persons is looked for by `services_for_some`."""
    offered = of_keys(
        Definition.objects.filter(is_offered=True, categories=[]).exclude(faces=[]).select_related("unit"), keys, "key"
    )
    unit_ids = people.unit_ids_by_code({code for one in offered for code in one.units})
    for one in offered:
        yield hit_of(one, frozenset(unit_ids.get(code, NO_UNIT) for code in one.units))


def services_for_some(viewer: Viewer, text: str, limit: int) -> list[Hit]:
    """Of those that are for some categories of persons alone, what this viewer may apply for."""
    if not FOR_SOME(text=text):
        return []
    rows = offered_services(viewer).exclude(categories=[]).filter(named(text)).select_related("unit")
    return [hit_of(one) for one in rows[:limit]]


def named(text: Any) -> Q:
    return Q(name__icontains=text) | Q(summary__icontains=text)


FOR_SOME = Prepared(
    lambda: Definition.objects.filter(named(Given("text", TextField())), is_offered=True).exclude(categories=[])[:1]
)


def hit_of(one: Definition, unit_ids: frozenset[int] = frozenset()) -> Hit:
    return Hit(
        key=one.key,
        title=one.name,
        url=address_of(one.key),
        detail=one.summary or (one.unit.name if one.unit else ""),
        words=one.summary,
        icon=one.icon,
        faces=frozenset(one.faces),
        unit_ids=unit_ids,
    )


def address_of(key: str) -> str:
    """Where one applies: on a page of the room that declared it, else on the form of its fields."""
    spec = specs.get(key)
    return f"{reverse(spec.begins_at)}?use={key}" if spec and spec.begins_at else reverse("flows:apply", args=[key])


def service_for(viewer: Viewer, key: str) -> Definition:
    """One that this reader may apply for; one that a room has a page of its own for is not applied for here."""
    found = Definition.objects.filter(for_whom(viewer.person_id), is_offered=True, key=key).first()
    has_own_page = key in specs and bool(specs[key].begins_at)
    if found is None or has_own_page or not set(found.faces) & viewer.faces:
        raise NotFoundError(what=_("这项服务"))
    return found


IN_BULK: Final = Remembered(
    lambda: Version.objects.filter(content__contains='"agrees_in_bulk":true').exists(), seconds=30
)
"""Whether any process lets several be agreed to at once."""


def flows_met(viewer: Viewer, chosen: str) -> list[tuple[str, str]]:
    """Key and name of each process of which something waits for this reader; of the one that the address kept, also where it came to him
    before and nothing waits now."""
    found = {(key, name) for key, name, _number in waiting_flows(viewer)}
    if chosen and chosen not in dict(found):
        person_id = person_of(viewer)
        his = Q(person_id=person_id, state__in=[Task.State.DONE, Task.State.CANCELLED]) | Q(done_by_id=person_id)
        before = Task.objects.filter(his, case__definition__key=chosen)
        found.update(before.values_list("case__definition__key", "case__definition__name")[:1])
    return by_name(found)


def flows_of_unit(viewer: Viewer, _chosen: str) -> list[tuple[str, str]]:
    return by_name(unit_flows(viewer).values_list("key", "name"))


def by_name(flows: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(((key, str(term(name))) for key, name in flows), key=lambda one: one[1])


def my_cases(viewer: Viewer) -> QuerySet[Case]:
    rows = Case.objects.filter(applicant_id=person_of(viewer)).select_related("definition", "version")
    return rows.order_by("-opened_at", "-pk")


def case_for(viewer: Viewer, public_id: UUID) -> Case:
    rows = visible_cases(person_of(viewer)).select_related("definition", "version")
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFoundError(what=_("这件申请"))
    return found


def may_reveal(viewer: Viewer, case: Case) -> bool:
    """What is sealed is opened by who has something to do in the case now."""
    return bool(case.sealed) and waiting(viewer).filter(case=case).exists()


def revealed_case(viewer: Viewer, public_id: UUID) -> Case:
    found = case_for(viewer, public_id)
    if not may_reveal(viewer, found):
        raise NotFoundError(what=_("这一页"))
    return found


def paper_to_reveal(viewer: Viewer, public_id: UUID) -> PaperEntry:
    """What a paper hides is opened by who checks it now."""
    task = task_for(viewer, public_id)
    entry = papers.checked_in(task.case)
    if entry is None or not papers.hidden_in(entry) or not waiting(viewer).filter(pk=task.pk).exists():
        raise NotFoundError(what=_("这一页"))
    return entry


def own_case(viewer: Viewer, public_id: UUID) -> Case:
    found = my_cases(viewer).select_related("version").filter(public_id=public_id).first()
    if found is None:
        raise NotFoundError(what=_("这件申请"))
    return found


def leads_a_unit(viewer: Viewer) -> bool:
    return viewer.person_id is not None and "staff" in viewer.faces and bool(units_led(viewer))


def unit_cases(viewer: Viewer) -> QuerySet[Case]:
    """Of the processes that belong to units which this reader leads."""
    rows = Case.objects.filter(definition__unit_id__in=units_led(viewer))
    return rows.select_related("definition").order_by("-opened_at", "-pk")


def unit_flows(viewer: Viewer) -> QuerySet[Definition]:
    """Processes of units which this reader leads, for which somebody applied."""
    own = Definition.objects.filter(unit_id__in=units_led(viewer))
    return own.filter(Exists(Case.objects.filter(definition=OuterRef("pk")))).order_by("name")


def paper_services(viewer: Viewer) -> QuerySet[Definition]:
    """Processes of units which this reader leads, that name what to do while the system stands still."""
    own = Definition.objects.filter(unit_id__in=units_led(viewer), is_offered=True, versions__number=1)
    return own.exclude(fallback="").order_by("name")


def living_tasks(case: Case) -> QuerySet[Task]:
    return case.tasks.filter(state__in=LIVING).select_related("pool_unit").order_by("pk")


def units_within(viewer: Viewer) -> frozenset[int]:
    """The units that this reader leads, and all below them."""
    led = set(units_led(viewer))
    return people.unit_ids_below([one.unit_code for one in people.posts_of(person_of(viewer)) if one.unit_id in led])


def first_unit(viewer: Viewer) -> int:
    return units_led(viewer)[0]


def draft_of(viewer: Viewer, definition: Definition) -> dict[str, Any]:
    """What was typed and not sent: as the form takes it."""
    found = Draft.objects.filter(person_id=person_of(viewer), definition=definition).first()
    return dict(found.data) if found else {}


def begun_draft(person_id: int, key: str) -> dict[str, Any]:
    """What somebody typed so far into a process's form; nothing where he began none."""
    found = Draft.objects.filter(person_id=person_id, definition__key=key).first()
    return dict(found.data) if found else {}


def announcements_of(viewer: Viewer) -> QuerySet[Announcement]:
    rows = Announcement.objects.filter(unit_id__in=units_within(viewer))
    return rows.select_related("unit").order_by("-made_at", "-pk")


def announcement_for(viewer: Viewer, public_id: UUID) -> Announcement:
    found = announcements_of(viewer).filter(public_id=public_id).first()
    if found is None:
        raise NotFoundError(what=_("这份通知"))
    return found


def delegations_of(viewer: Viewer) -> QuerySet[Delegation]:
    person_id = person_of(viewer)
    rows = Delegation.objects.filter(Q(owner_id=person_id) | Q(delegate_id=person_id))
    return rows.select_related("definition").order_by("-starts_on", "-pk")


def own_delegation(viewer: Viewer, public_id: UUID) -> Delegation:
    found = Delegation.objects.filter(public_id=public_id, owner_id=person_of(viewer)).first()
    if found is None:
        raise NotFoundError(what=_("这份委托"))
    return found
