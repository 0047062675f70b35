"""Who may do a task, and for whom; who may see a case. List and page ask the same."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import DateField, Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast, Now, TruncDate

from nanhu.kernel.clock import campus_today
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.platforms.flows.models import Case, Delegation, PaperEntry, Task
from nanhu.platforms.people import api as people

LEADING: Final = ("head", "deputy", "secretary", "leader")
"""Offices whose holders see all cases of the processes that their unit owns."""
LIVING: Final = (Task.State.OPEN, Task.State.CLAIMED)
TODAY: Final = Given("today", DateField())
GIVEN_TO = Prepared(
    lambda: Delegation.objects.filter(
        delegate_id=Given("person"), ended_at=None, starts_on__lte=TODAY, ends_on__gte=TODAY
    ).order_by("pk")
)


@dataclass(frozen=True, slots=True)
class Capacity:
    """In whose place a person may decide today: his own, or of who delegated to him (`definition_id`: that process alone).
    What one confirms, nobody confirms in his place."""

    person_id: int
    definition_id: int | None
    posts: tuple[tuple[int, str], ...] = ()
    is_own: bool = True

    def covers(self, task: Task) -> bool:
        if self.definition_id not in {None, task.case.definition_id} or (task.kind == "confirm" and not self.is_own):
            return False
        if task.person_id is not None:
            return task.person_id == self.person_id
        return self.is_member(task) and task.claimed_by_id in {None, self.person_id}

    @property
    def is_of_others(self) -> bool:
        """Whether it reaches tasks that were not given to this very person."""
        return bool(self.posts) or not self.is_own

    def is_member(self, task: Task) -> bool:
        """Of the pool to which the task belongs, whoever claimed it."""
        return task.person_id is None and (task.pool_unit_id, task.pool_office) in self.posts

    def rows(self) -> Q:
        """The living tasks that it covers."""
        pools = Q()
        for unit_id, office in self.posts:
            pools |= Q(pool_unit_id=unit_id, pool_office=office)
        mine = Q(person_id=self.person_id)
        if self.posts:
            mine |= Q(person=None) & pools & (Q(claimed_by=None) | Q(claimed_by_id=self.person_id))
        if self.definition_id is not None:
            mine &= Q(case__definition_id=self.definition_id)
        if not self.is_own:
            mine &= ~Q(kind="confirm") & ~Q(checks_paper_of(self.person_id))
        return mine & (Q(applicant=None) | ~Q(applicant_id=self.person_id) | Q(kind="fill"))


def checks_paper_of(person_id: int | Given) -> Exists:
    """Of tasks: it is this person's own paper that is checked."""
    waits = PaperEntry.objects.filter(applicant_id=person_id, made=None, ended_at=None)
    key = Cast("public_id", TextField())
    return Exists(waits.annotate(key=key).filter(key=OuterRef("case__subject_id")))


def owners_of_paper(case: Case) -> frozenset[int]:
    """Whose paper a case checks, by whichever of his records."""
    if case.subject_key != PaperEntry.CHECK:
        return frozenset()
    found = PaperEntry.objects.filter(public_id=case.subject_id).exclude(applicant=None)
    named = list(found.values_list("applicant_id", flat=True))
    return frozenset({*named, *people.heirs(named).values()})


def barred_from(task: Task) -> frozenset[int]:
    """Whose affair it is: he may fill in what he is asked, and do nothing else."""
    if task.kind == "fill":
        return frozenset()
    applicants = {task.applicant_id} if task.applicant_id is not None else set[int]()
    return owners_of_paper(task.case) | applicants


def given_to(person: int | Given) -> QuerySet[Delegation]:
    """Delegations on any day, to count whether there are any: most people have none."""
    return Delegation.objects.filter(delegate_id=person, ended_at=None)


def standing_in() -> QuerySet[Delegation]:
    """Those for all that somebody decides, on the day that the database has: for lists that another room counts."""
    today = TruncDate(Now())
    return Delegation.objects.filter(definition=None, ended_at=None, starts_on__lte=today, ends_on__gte=today)


def capacities_of(person_id: int) -> list[Capacity]:
    """One's own first. Of a delegate's owners only what is theirs: a delegation never chains. Who has left stands in for nobody."""
    given = GIVEN_TO(person=person_id, today=campus_today())
    mine = Capacity(person_id, None, posts_of(person_id))
    if not given or not is_staff(person_id):
        return [mine]
    return [mine, *(Capacity(one.owner_id, one.definition_id, posts_of(one.owner_id), is_own=False) for one in given)]


def is_staff(person_id: int) -> bool:
    """Whether somebody works here today."""
    card = people.person_card(person_id)
    return card is not None and any(tie.is_live and tie.kind == "staff" for tie in card.affiliations)


def posts_of(person_id: int) -> tuple[tuple[int, str], ...]:
    return tuple((one.unit_id, one.office) for one in people.posts_of(person_id))


def waiting_for(person_id: int) -> QuerySet[Task]:
    """What this person may decide now, for himself or as a delegate."""
    return covered_by(capacities_of(person_id), person_id)


def covered_by(capacities: Collection[Capacity], person_id: int | Given) -> QuerySet[Task]:
    """Nobody's own applications, except to fill in."""
    rows = Q()
    for one in capacities:
        rows |= one.rows()
    not_own = Q(applicant=None) | ~Q(applicant_id=person_id) | Q(kind="fill", person_id=person_id)
    if any(one.is_of_others for one in capacities):
        not_own &= ~Q(checks_paper_of(person_id))
    return Task.objects.filter(rows & not_own, state__in=LIVING)


def capacity_for(task: Task, person_id: int, held: Sequence[Capacity] | None = None) -> Capacity | None:
    """In which capacity this person may do the task; None where it is not his, or the case his own. `held`: what he holds, where it was
    read before in this request; who writes reads it anew, under the lock of the case."""
    barred = barred_from(task)
    if person_id in barred:
        return None
    found = [one for one in (capacities_of(person_id) if held is None else held) if one.covers(task)]
    is_open = [one for one in found if one.person_id not in barred]
    return is_open[0] if is_open else None


def visible_cases(person_id: int) -> QuerySet[Case]:
    """One's own; those in which one has, or had, something to do; those of processes that one's unit owns."""
    held = Task.objects.filter(case=OuterRef("pk"))
    pools = Q()
    for one in capacities_of(person_id):
        pools |= one.rows() & Q(state__in=LIVING)
    mine = Q(claimed_by_id=person_id) | Q(done_by_id=person_id) | Q(done_for_id=person_id) | Q(person_id=person_id)
    return Case.objects.filter(
        Q(applicant_id=person_id) | Exists(held.filter(mine | pools)) | Q(definition__unit_id__in=led_units(person_id))
    )


def led_units(person_id: int) -> list[int]:
    return units_led_by(posts_of(person_id))


def units_led_by(posts: Iterable[tuple[int, str]]) -> list[int]:
    return [unit_id for unit_id, office in posts if office in LEADING]


def may_see(case: Case, person_id: int) -> bool:
    return visible_cases(person_id).filter(pk=case.pk).exists()
