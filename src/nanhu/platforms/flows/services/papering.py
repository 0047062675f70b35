"""Paper (应急补录): a process that names a fallback is decided on paper while the system stands still. Who leads its unit enters the
decision afterwards; whoever heads the unit, or the next one up, holds it against the paper. Then it is a case like any other, marked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as say
from django.utils.translation import gettext_noop as _
from django.utils.translation import override

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now, start_of
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.events import publish
from nanhu.kernel.once import lock_key, made_by_form
from nanhu.kernel.proposals import given, refuse_stale
from nanhu.kernel.ui import dates
from nanhu.kernel.ui.words import lazy_term
from nanhu.platforms.flows.assigning import Holder, PostAt, holders_of, resolvers, signers_of
from nanhu.platforms.flows.body import Body, Field, Resolved, Step, parted, sealed_with
from nanhu.platforms.flows.codewords import is_word_of
from nanhu.platforms.flows.errors import (
    CodeWordError,
    OwnPaperError,
    PaperAudienceError,
    PaperDayError,
    PaperDeciderError,
    PaperStepsError,
    PaperTwiceError,
)
from nanhu.platforms.flows.events import CaseClosed, CaseOpened
from nanhu.platforms.flows.models import Case, Definition, Delegation, Entry, PaperEntry, Task, Version
from nanhu.platforms.flows.models.papers import EMPTY
from nanhu.platforms.flows.papers import all_said, decision_words, keep_photos, name_of
from nanhu.platforms.flows.policies import is_staff, led_units, owners_of_paper
from nanhu.platforms.flows.queries import for_whom
from nanhu.platforms.flows.rules import paper_key
from nanhu.platforms.flows.services.cases import fill, open_case, refuse_misfits
from nanhu.platforms.flows.services.definitions import current_version
from nanhu.platforms.flows.services.engine import actions
from nanhu.platforms.flows.specs import FlowSpec, register_flow
from nanhu.platforms.flows.telling import tell
from nanhu.platforms.identity import api as identity
from nanhu.platforms.messages import api as messages
from nanhu.platforms.people import api as people

BY: Final = Actor.system("flows.papers")
LATEST: Final = timedelta(days=30)
"""After which a paper is entered no more."""
APPROVING: Final = frozenset({"approve", "countersign"})
BY_PROGRAM: Final = frozenset({"automatic", "pay", "wait"})
"""Kinds of step that no paper can have done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What stands on it beside the form."""

    applicant_id: int
    outcome: str
    decider_id: int
    decided_on: date
    number: str
    reason: str
    photos: Sequence[Any] = ()
    word: str = ""


CHECK: Final = register_flow(
    FlowSpec(
        key=PaperEntry.CHECK,
        name=_("应急补录核对"),
        unit="",
        promise=480,
        prefix="BL",
        faces=frozenset(),
        retention="short",
        icon="file-check",
        body=Body(
            form=(Field(key="process", label=_("流程"), is_fact=True),),
            steps=(
                Step(
                    key="check",
                    name=_("与纸质单核对"),
                    kind="approve",
                    who=(Resolved(name="flows.paper_checker"),),
                    can_return=False,
                ),
                Step(key="enter", name=_("补录"), kind="automatic", action="flows.enter_paper"),
            ),
        ),
    )
)
"""Its cases hold nothing of the paper: who checks it reads it of its entry (`papers.shown_in`)."""


@transaction.atomic
def enter(
    *, by: Actor, person_id: int, token: UUID, definition: Definition, data: Mapping[str, Any], paper: Paper
) -> Case:
    """Gives the case in which it is checked. Who is said to have decided it is told."""
    if (known := made_by_form(Case, token, applicant_id=person_id)) is not None:
        return known
    refuse_stale(by)
    if not definition.fallback or definition.unit_id not in led_units(person_id):
        raise NotFoundError(what=say("这项服务"))
    version = current_version(definition.key)
    refuse_paper(paper, version, person_id)
    refuse_misfits(version.body, data)
    if not could_decide(version, data, paper):
        raise PaperDeciderError(name=name_of(paper.decider_id))
    entry = kept_entry(by=by, person_id=person_id, version=version, data=data, paper=paper)
    case = open_case(
        by=by,
        key=CHECK.key,
        applicant_id=person_id,
        data={"process": definition.name},
        token=token,
        subject=(CHECK.key, str(entry.public_id)),
    )
    facts = {
        "number": case.number,
        "service": lazy_term(definition.name),
        "day": dates.lazy_day(paper.decided_on, None),
    }
    messages.tell({paper.decider_id}, "flows.named_on_paper", facts)
    return case


def kept_entry(*, by: Actor, person_id: int, version: Version, data: Mapping[str, Any], paper: Paper) -> PaperEntry:
    """One paper, however its number is written, is entered once."""
    key = paper_key(paper.number)
    lock_key(f"flows.paper:{version.definition_id}:{key}")
    if PaperEntry.objects.filter(definition=version.definition, paper_key=key, ended_at=None).exists():
        raise PaperTwiceError(number=paper.number)
    public, sealed = parted(version.body.form, data)
    public_id = uuid4()
    return PaperEntry.objects.create(
        public_id=public_id,
        definition=version.definition,
        version=version,
        applicant_id=paper.applicant_id,
        data=public,
        sealed=sealed_with(None, sealed),
        outcome=paper.outcome,
        decider_id=paper.decider_id,
        decided_on=paper.decided_on,
        paper=paper.number,
        paper_key=key,
        reason=f"{given(paper.reason)}　{_('当天口令相符')}" if paper.word else given(paper.reason),
        photos=keep_photos(by=by, paper=public_id, photos=paper.photos),
        entered_by_id=person_id,
    )


def refuse_paper(paper: Paper, version: Version, person_id: int) -> None:
    if any(step.kind in BY_PROGRAM for step in version.body.steps):
        raise PaperStepsError
    if not campus_today() - LATEST <= paper.decided_on <= campus_today():
        raise PaperDayError(days=LATEST.days)
    if paper.word and not is_word_of(paper.word, version.definition.key, paper.decided_on):
        raise CodeWordError
    if paper.applicant_id in {person_id, paper.decider_id} or not is_staff(paper.decider_id):
        raise OwnPaperError
    if not may_apply(version.definition, paper.applicant_id):
        raise PaperAudienceError


def may_apply(definition: Definition, person_id: int) -> bool:
    """Whether the process is open to him, as on its own form."""
    card = people.person_card(person_id)
    faces = identity.faces_of(card) if card else frozenset[str]()
    is_for_him = Definition.objects.filter(for_whom(person_id), pk=definition.pk)
    return bool({*definition.faces} & faces) and is_for_him.exists()


def could_decide(version: Version, data: Mapping[str, Any], paper: Paper) -> bool:
    """Whether who decided it was asked that day by one of the steps that approve (or work, where none approves), or stood in for who was."""
    case = Case(definition=version.definition, version=version, applicant_id=paper.applicant_id, data=dict(data))
    steps = version.body.steps
    asked = [one for one in steps if one.kind in APPROVING] or [one for one in steps if one.kind == "work"]
    found = [
        one for step in asked for one in (signers_of if step.kind == "countersign" else holders_of)(step.who, case)
    ]
    held = {person for one in found for person in holders_on(one, paper.decided_on)}
    return paper.decider_id in held or stood_in(paper, held, version.definition)


def holders_on(holder: Holder, day: date) -> Collection[int]:
    if holder.person_id is not None:
        return (holder.person_id,)
    found = people.find_post(holder.unit_id, holder.office, on=day, climbs=True) if holder.unit_id else None
    return found.person_ids if found else ()


def stood_in(paper: Paper, held: Collection[int], definition: Definition) -> bool:
    day = paper.decided_on
    rows = Delegation.objects.filter(delegate_id=paper.decider_id, starts_on__lte=day, ends_on__gte=day)
    rows = rows.filter(
        created_at__lt=start_of(day + timedelta(days=1))
    )  # one that was made afterwards for it says nothing
    lasted = Q(ended_at=None) | Q(ended_at__gte=start_of(day))
    rows = rows.filter(lasted, Q(definition=None) | Q(definition=definition))
    return rows.filter(owner_id__in=[one for one in held if one != paper.applicant_id]).exists()


def checkers_of(case: Case) -> list[int | PostAt]:
    """Whoever heads the unit that owns the process, or the next one up: neither who entered the paper nor whose it is. Where he is one of
    several who hold the post, another of them alone."""
    entry = waiting_entry(case)
    unit_id, owners = entry.definition.unit_id, owners_of_paper(case)
    without = {entry.entered_by_id, *owners}
    found = people.find_post(unit_id, "head", climbs=True, without=without) if unit_id else None
    if found is None:
        return []
    holders = people.find_post(found.unit_id, "head")
    if holders and owners & {*holders.person_ids}:
        return [found.person_ids[0]]
    return [PostAt(unit_id=found.unit_id, office="head")]


def waiting_entry(case: Case) -> PaperEntry:
    rows = PaperEntry.objects.select_for_update(of=("self",)).select_related("definition", "version__definition__unit")
    return rows.get(public_id=case.subject_id)


@override(settings.LANGUAGE_CODE)
def enter_checked(case: Case, _by: Actor) -> None:
    """The paper becomes a closed case, in the transaction of the check."""
    entry = waiting_entry(case)
    entry.applicant_id = refuse_own(entry, case)
    made = closed_case(entry, case.opened_by_name)
    said = {
        "decision": decision_words(entry),
        "paper": entry.paper,
        "reason": entry.reason,
        "who": case.opened_by_name,
        "number": case.number,
    }
    words = say("%(decision)s。纸质单 %(paper)s，%(reason)s；%(who)s补录，核对见 %(number)s") % said
    Entry.objects.create(case=made, actor=case.opened_by_name, person_id=entry.entered_by_id, verb="paper", words=words)
    Entry.objects.create(case=made, actor=BY.name, verb=f"closed_{entry.outcome}")
    entry.made, entry.data, entry.sealed = made, {}, None
    entry.save(update_fields=["applicant", "made", "data", "sealed"])
    facts = {"flow": entry.definition.name}
    audit.record(by=BY, action="flows.enter_paper", target=f"case:{made.number}", reason=case.number, facts=facts)
    tell([Holder(why="applicant", person_id=made.applicant_id)], made, Case.Outcome(entry.outcome).label)
    about: dict[str, Any] = {"definition": entry.definition.key, "case_id": made.pk, "number": made.number}
    about |= {"subject_key": "", "subject_id": ""}
    publish(CaseOpened(**about), CaseClosed(**about, outcome=entry.outcome))


def refuse_own(entry: PaperEntry, case: Case) -> int:
    """Whose paper it is, by the record that is kept; refused where he turns out to be who entered or decided it, or to have had a say in its
    check, or who entered it to have checked it."""
    done = Task.objects.filter(case=case, state=Task.State.DONE).values_list("done_by_id", "done_for_id")
    said = [one for pair in done for one in pair if one is not None]
    named = [one for one in (entry.applicant_id, entry.entered_by_id, entry.decider_id) if one is not None]
    heirs = people.heirs([*named, *said])
    applicant, enterer, decider = (heirs.get(one, one) for one in named)
    checkers = {heirs.get(one, one) for one in said}
    if applicant in {enterer, decider, *checkers} or enterer in checkers:
        raise OwnPaperError
    return applicant


def closed_case(entry: PaperEntry, by_name: str) -> Case:
    made = Case(token=uuid4(), opened_by_name=by_name, is_on_paper=True)
    fill(made, entry.version, entry.applicant_id, all_said(entry), BY)
    made.opened_at = start_of(entry.decided_on)
    made.state, made.outcome, made.closed_at, made.percent = Case.State.CLOSED, entry.outcome, now(), 100
    made.save(force_insert=True)
    return made


def end_refused(events: Sequence[CaseClosed]) -> None:
    """What was not agreed to, or taken back, keeps nothing of the paper."""
    gone = [one.subject_id for one in events if one.definition == CHECK.key and one.outcome != Case.Outcome.GRANTED]
    if gone:
        rows = PaperEntry.objects.filter(public_id__in=gone, made=None, ended_at=None)
        rows.update(ended_at=now(), applicant=None, data={}, sealed=None, **EMPTY)


def note_look(*, by: Actor, entry: PaperEntry, case: Case, purpose: str) -> None:
    """Who checks a paper reads what it hides: whose it is is told, and why."""
    target = f"person:{entry.applicant_id}"
    audit.record(by=by, action="flows.reveal_paper", target=target, reason=f"{case.number}　{purpose}")


resolvers["flows.paper_checker"] = checkers_of
actions["flows.enter_paper"] = enter_checked
