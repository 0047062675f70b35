"""Paper (应急补录): a process that names a fallback is decided on paper while the system stands still. Who leads its unit enters the
decision afterwards; whoever heads the unit, or the next one up, holds it against the paper. Then it is a case like any other, marked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
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
from nanhu.kernel.ui.words import term
from nanhu.platforms.flows import presented
from nanhu.platforms.flows.assigning import Holder, PostAt, resolvers
from nanhu.platforms.flows.body import Body, Field, Resolved, Step, parted, sealed_with
from nanhu.platforms.flows.errors import OwnPaperError, PaperDayError, PaperStepsError, PaperTwiceError
from nanhu.platforms.flows.events import CaseClosed, CaseOpened
from nanhu.platforms.flows.models import Case, Definition, Entry, PaperEntry, Task
from nanhu.platforms.flows.policies import is_staff, led_units
from nanhu.platforms.flows.services.cases import fill, open_case, refuse_misfits
from nanhu.platforms.flows.services.definitions import FlowSpec, current_version, register_flow
from nanhu.platforms.flows.services.engine import actions
from nanhu.platforms.flows.telling import tell
from nanhu.platforms.people import api as people

BY: Final = Actor.system("flows.papers")
LATEST: Final = timedelta(days=30)
"""After which a paper is entered no more."""
LONGEST: Final = 4000
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


CHECK: Final = register_flow(
    FlowSpec(
        key="flows.paper",
        name=_("应急补录核对"),
        unit="",
        promise=480,
        prefix="BL",
        faces=frozenset(),
        retention="short",
        icon="file-check",
        body=Body(
            form=(
                Field(key="process", label=_("流程"), is_fact=True),
                Field(key="person", label=_("申请人"), is_fact=True),
                Field(key="decision", label=_("纸上的决定"), is_fact=True),
                Field(key="paper", label=_("纸质单编号")),
                Field(key="reason", label=_("为什么在纸上办"), kind="long_text"),
                Field(key="said", label=_("纸上填的"), kind="long_text", most=LONGEST),
                Field(key="photos", label=_("纸质单照片"), kind="files", is_required=False),
            ),
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


@transaction.atomic
def enter(
    *, by: Actor, person_id: int, token: UUID, definition: Definition, data: Mapping[str, Any], paper: Paper
) -> Case:
    """Gives the case in which it is checked."""
    if (known := made_by_form(Case.objects.all(), token, applicant_id=person_id)) is not None:
        return known
    refuse_stale(by)
    if not definition.fallback or definition.unit_id not in led_units(person_id):
        raise NotFoundError(what=say("这项服务"))
    version = current_version(definition.key)
    refuse_paper(paper, version.body, person_id)
    refuse_misfits(version.body, data)
    lock_key(f"flows.paper:{definition.pk}:{paper.number}")
    if PaperEntry.objects.filter(definition=definition, paper=paper.number, ended_at=None).exists():
        raise PaperTwiceError(number=paper.number)
    public, sealed = parted(version.body.form, data)
    made = PaperEntry.objects.create(
        definition=definition,
        version=version,
        applicant_id=paper.applicant_id,
        data=public,
        sealed=sealed_with(None, sealed),
        outcome=paper.outcome,
        decider_id=paper.decider_id,
        decided_on=paper.decided_on,
        paper=paper.number,
        reason=given(paper.reason),
        entered_by_id=person_id,
    )
    return open_case(
        by=by,
        key=CHECK.key,
        applicant_id=person_id,
        data=words_of(made, paper.photos),
        token=token,
        subject=(CHECK.key, str(made.public_id)),
    )


def refuse_paper(paper: Paper, body: Body, person_id: int) -> None:
    if any(step.kind in BY_PROGRAM for step in body.steps):
        raise PaperStepsError
    if not campus_today() - LATEST <= paper.decided_on <= campus_today():
        raise PaperDayError(days=LATEST.days)
    if paper.applicant_id in {person_id, paper.decider_id} or not is_staff(paper.decider_id):
        raise OwnPaperError


@override(settings.LANGUAGE_CODE)
def words_of(entry: PaperEntry, photos: Sequence[Any]) -> dict[str, Any]:
    """For who checks it. What is sealed stays hidden."""
    case = Case(data=entry.data, sealed=entry.sealed)
    fields = entry.version.body.form
    lines = [f"{label}：{value}" for label, value in presented.facts_of(case, fields)]
    for rows in presented.rows_of(case, fields):
        lines += [f"{rows.label}：{'　'.join(cell.words for cell in line)}" for line in rows.lines]
    return {
        "process": str(term(entry.definition.name)),
        "person": name_of(entry.applicant_id),
        "decision": decision_words(entry),
        "paper": entry.paper,
        "reason": entry.reason,
        "said": "\n".join(lines)[:LONGEST],
        "photos": list(photos),
    }


def name_of(person_id: int) -> str:
    card = people.person_card(person_id)
    number = card.affiliations[0].campus_no if card and card.affiliations else ""
    return f"{card.name} {number}".strip() if card else ""


def decision_words(entry: PaperEntry) -> str:
    said = {
        "who": name_of(entry.decider_id),
        "day": dates.iso_day(entry.decided_on),
        "what": Case.Outcome(entry.outcome).label,
    }
    return say("%(who)s %(day)s 决定：%(what)s") % said


def checkers_of(case: Case) -> list[int | PostAt]:
    """Whoever heads the unit that owns the process, or the next one up: neither who entered the paper nor whose it is."""
    entry = waiting_entry(case)
    unit_id = entry.definition.unit_id
    without = [entry.entered_by_id, entry.applicant_id]
    found = people.find_post(unit_id, "head", climbs=True, without=without) if unit_id else None
    return [PostAt(unit_id=found.unit_id, office="head")] if found else []


def waiting_entry(case: Case) -> PaperEntry:
    rows = PaperEntry.objects.select_for_update(of=("self",)).select_related("definition", "version__definition__unit")
    return rows.get(public_id=case.subject_id)


@override(settings.LANGUAGE_CODE)
def enter_checked(case: Case) -> None:
    """The paper becomes a closed case, in the transaction of the check."""
    entry = waiting_entry(case)
    checked = Task.objects.filter(case=case, step="check", state=Task.State.DONE).latest("pk")
    if entry.applicant_id in {checked.done_by_id, checked.done_for_id}:
        raise OwnPaperError
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
    entry.save(update_fields=["made", "data", "sealed"])
    facts = {"flow": entry.definition.name}
    audit.record(by=BY, action="flows.enter_paper", target=f"case:{made.number}", reason=case.number, facts=facts)
    tell([Holder(why="applicant", person_id=made.applicant_id)], made, f"{made}：{Case.Outcome(entry.outcome).label}")
    about: dict[str, Any] = {"definition": entry.definition.key, "case_id": made.pk, "number": made.number}
    about |= {"subject_key": "", "subject_id": ""}
    publish(CaseOpened(**about), CaseClosed(**about, outcome=entry.outcome))


def closed_case(entry: PaperEntry, by_name: str) -> Case:
    made = Case(token=uuid4(), opened_by_name=by_name, is_on_paper=True)
    fill(made, entry.version, entry.applicant_id, {**entry.data, **opened(entry.sealed)}, BY)
    made.opened_at = start_of(entry.decided_on)
    made.state, made.outcome, made.closed_at, made.percent = Case.State.CLOSED, entry.outcome, now(), 100
    made.save(force_insert=True)
    return made


def opened(sealed: str | None) -> dict[str, Any]:
    return dict(json.loads(sealed)) if sealed else {}


def end_refused(events: Sequence[CaseClosed]) -> None:
    """What was not agreed to, or taken back, keeps nothing of the paper."""
    gone = [one.subject_id for one in events if one.definition == CHECK.key and one.outcome != Case.Outcome.GRANTED]
    if gone:
        rows = PaperEntry.objects.filter(public_id__in=gone, made=None, ended_at=None)
        rows.update(ended_at=now(), data={}, sealed=None)


resolvers["flows.paper_checker"] = checkers_of
actions["flows.enter_paper"] = enter_checked
