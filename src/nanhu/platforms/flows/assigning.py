"""Who does a step: a post, a person named in the form, or what a registered resolver finds. Never the applicant."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Final

from nanhu.kernel.registry import Text
from nanhu.platforms.flows.body import Applicant, Assignee, OwnPost, PersonIn, PostOf, Resolved
from nanhu.platforms.flows.models import Case
from nanhu.platforms.people import api as people

OWNER_OFFICE: Final = "head"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostAt:
    """A post of a unit that is known only when the case is: of the venue, of the laboratory."""

    unit_id: int
    office: str


type Resolver = Callable[[Case], Iterable[int | PostAt]]
resolvers: dict[str, Resolver] = {}
"""By name: tutor, adviser. They give persons, or posts."""
resolver_names: dict[str, Text] = {}
"""As an office reads them that designs a process."""


_answers: ContextVar[dict[tuple[object, ...], Any] | None] = ContextVar("flows.answers", default=None)


@contextmanager
def asking_once() -> Iterator[None]:
    """Meanwhile posts and home units are looked up once: for a run over thousands of cases as they stand at one moment."""
    before = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(before)


def looked_up[**Given, Answer](find: Callable[Given, Answer], *given: Given.args, **more: Given.kwargs) -> Answer:
    known, key = _answers.get(), (find, given, tuple(more.items()))
    if known is None:
        return find(*given, **more)
    if key not in known:
        known[key] = find(*given, **more)
    found: Answer = known[key]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A person, or the pool of whoever holds an office of a unit (`members`, once they were looked up). `why` as the task keeps it. `place`: of the assignee in the step."""

    why: str
    person_id: int | None = None
    unit_id: int | None = None
    office: str = ""
    place: int = 0
    members: tuple[int, ...] | None = field(default=None, compare=False)


def holders_of(who: Sequence[Assignee], case: Case) -> list[Holder]:
    """Of an approving: the first of these that finds somebody; the owner's head where none does, and nobody at last."""
    for one in who:
        if found := resolve(one, case):
            return found
    return owners_of(case)


def signers_of(who: Sequence[Assignee], case: Case) -> list[Holder]:
    """Of a countersigning: all of them, each once."""
    found = [holder for place in range(len(who)) for holder in signers_at(place, who, case)]
    return list({(one.person_id, one.unit_id, one.office): one for one in reversed(found)}.values())[::-1]


def signers_at(place: int, who: Sequence[Assignee], case: Case) -> list[Holder]:
    """For one of the assignees of a countersigning."""
    found = resolve(who[place], case) or owners_of(case) if place < len(who) else owners_of(case)
    return [replace(one, place=place) for one in found]


def resolve(who: Assignee, case: Case) -> list[Holder]:
    match who:
        case Applicant():
            return [Holder(why="applicant", person_id=case.applicant_id)] if case.applicant_id else []
        case PersonIn(field=field):
            return persons([case.data.get(field)], case, why="person", kinds=frozenset({"staff"}))
        case Resolved(name=name):
            return found_by(resolvers[name](case), case) if name in resolvers else []
        case OwnPost(office=office):
            unit_id = looked_up(people.home_unit_of, case.applicant_id) if case.applicant_id else None
            return pool(unit_id, office, case, why="own_post")
        case PostOf(office=office, unit=code):
            unit_id = looked_up(unit_id_of, code) if code else case.definition.unit_id
            return pool(unit_id, office, case, why="post")


def found_by(answers: Iterable[int | PostAt], case: Case) -> list[Holder]:
    found = list(answers)
    posts = [one for one in found if isinstance(one, PostAt)]
    pools = [holder for one in posts for holder in pool(one.unit_id, one.office, case, why="post")]
    return pools + persons([one for one in found if isinstance(one, int)], case, why="resolver")


def persons(ids: Iterable[int | None], case: Case, *, why: str, kinds: frozenset[str] | None = None) -> list[Holder]:
    """Those who are here still, each by the record that is kept; never the applicant, whichever of his records was named."""
    cards = people.person_cards([one for one in ids if one is not None])
    here = [
        card.person_id
        for card in cards.values()
        if card.person_id != case.applicant_id
        and any(tie.is_live and (kinds is None or tie.kind in kinds) for tie in card.affiliations)
    ]
    return [Holder(why=why, person_id=one) for one in dict.fromkeys(here)]


def pool(unit_id: int | None, office: str, case: Case, *, why: str) -> list[Holder]:
    """The post of the unit, or of the nearest one above where it is vacant or the applicant's own."""
    found = looked_up(people.find_post, unit_id, office, climbs=True) if unit_id else None
    if found is not None and unit_id and case.applicant_id in found.person_ids:
        found = people.find_post(unit_id, office, climbs=True, without=[case.applicant_id])
    return [Holder(why=why, unit_id=found.unit_id, office=office, members=found.person_ids)] if found else []


def unit_id_of(code: str) -> int | None:
    return people.unit_ids_by_code([code]).get(code)


def owners_of(case: Case) -> list[Holder]:
    """Nobody was found: whoever heads the unit that owns the process sees to it."""
    return pool(case.definition.unit_id, OWNER_OFFICE, case, why="owner")


def is_vacant(unit_id: int, office: str, *, without: Collection[int]) -> bool:
    return people.find_post(unit_id, office, without=without) is None
