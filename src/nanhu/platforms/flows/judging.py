"""The dry run (试算): whether a running case may go on under another body, what it would have to ask, what breaks."""

import json
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.db import InterfaceError, OperationalError
from django.db.models import Q
from django.utils.translation import gettext as _

from nanhu.kernel.ui.words import term
from nanhu.platforms.flows import conditions, history
from nanhu.platforms.flows.assigning import holders_of
from nanhu.platforms.flows.body import (
    END,
    FOR_OTHERS,
    HUMAN,
    SEALED,
    Body,
    Field,
    Step,
    facts_for_conditions,
    misfits,
    places_of,
)
from nanhu.platforms.flows.models import Case, MoveRow, Token

STOPPED: Final = (OperationalError, InterfaceError)
"""The database is away: the whole work stops here, and goes on later."""
log = logging.getLogger(__name__)
SAFE, ASKS, BREAKS = MoveRow.Verdict.SAFE, MoveRow.Verdict.ASKS, MoveRow.Verdict.BREAKS
EMPTY: Final[tuple[object, ...]] = (None, "", [])


@dataclass(frozen=True, slots=True)
class Found:
    verdict: MoveRow.Verdict
    words: str = ""


def failed_words(error: Exception) -> str:
    return _("这一件出错了，没有动：%(error)s") % {"error": type(error).__name__}


def is_offered(field: Field, value: Any) -> bool:
    """Of choices that the form itself names; those of a registered list change without a version."""
    said = value if isinstance(value, list) else [value]
    return not field.choices or all(one in field.choices for one in said)


@dataclass(frozen=True)
class Judge:
    """Of two bodies and the steps that stand for each other where the names differ."""

    source: Body
    target: Body
    mapping: Mapping[str, str]

    def safely(self, case: Case) -> Found:
        """A case that cannot be judged stays, and hinders no other."""
        try:
            return self.of(case, list(case.tokens.all()))
        except STOPPED:
            raise
        except Exception as error:
            log.exception("case %s could not be judged", case.number)
            return Found(BREAKS, failed_words(error))

    def of(self, case: Case, tokens: Sequence[Token]) -> Found:
        asked = [] if case.state == Case.State.RETURNED else list(self.missing_fields(case))
        broken = dict.fromkeys(fault for token in tokens for fault in self.faults(case, token, asked))
        if asked:
            broken |= dict.fromkeys(self.faults_of_asking(case, tokens))
        if broken:
            return Found(BREAKS, "；".join(broken))
        if asked:
            return Found(ASKS, "、".join(str(term(field.label)) for field in asked))
        return Found(SAFE)

    def faults_of_asking(self, case: Case, tokens: Sequence[Token]) -> Iterator[str]:
        """Who is asked begins again: what is done for good would be done twice, what has come be waited for in vain."""
        if case.applicant_id is None:
            yield _("没有申请人可以补填")
        for was in (self.source.step(token.step) for token in tokens):
            if was.kind in {*FOR_OTHERS, "join"}:
                yield _("要补填，可它停在“%(step)s”，不能从头再办") % {"step": term(was.name)}
        finished = Q(verb__in=["automatic", "came"]) | Q(step__in=history.finals_of(case), verb__in=history.FINISHED)
        if case.entries.filter(finished).exists():
            yield _("要补填，可它办过的步骤不能再办一遍")

    def step_for(self, key: str) -> str:
        return self.mapping.get(key, key)

    def branch_for(self, branch: str) -> str:
        """/split.0/inner.1 with the splits as the target names them."""
        parts = [part.partition(".") for part in branch.split("/") if part]
        return "".join(f"/{self.step_for(split)}.{number}" for split, _dot, number in parts)

    @cached_property
    def wanted(self) -> tuple[Field, ...]:
        """Fields of the form that somebody has to type."""
        return tuple(field for field in self.target.form if field.is_required and not field.source)

    def missing_fields(self, case: Case) -> Iterator[Field]:
        """What the case does not say, or says in a way that the new form does not take."""
        sealed = json.loads(case.sealed) if case.sealed and any(one.kind in SEALED for one in self.wanted) else {}
        for field in self.target.form:
            if field not in self.wanted and misfits([field], case.data):
                yield field
        for field in self.wanted:
            value = sealed.get(field.key) if field.kind in SEALED else case.data.get(field.key)
            if (
                value in EMPTY
                or (field.kind == "promise" and value is not True)
                or misfits([field], {field.key: value})
                or not is_offered(field, value)
            ):
                yield field

    def faults(self, case: Case, token: Token, asked: Collection[Field]) -> Iterator[str]:
        was = self.source.step(token.step)
        if not self.target.has(self.step_for(token.step)):
            yield _("新版本没有“%(step)s”这一步") % {"step": term(was.name)}
            return
        step = self.target.step(self.step_for(token.step))
        if step.kind != was.kind:
            yield _("“%(step)s”换了办法，不能接着办") % {"step": term(was.name)}
        if step.kind == "countersign" and (step.who, step.needed) != (was.who, was.needed):
            yield _("“%(step)s”的会签人变了") % {"step": term(was.name)}
        if step.kind in HUMAN and not holders_of(step.who, case):
            yield _("“%(step)s”现在没有人可以办理") % {"step": term(step.name)}
        if step.kind in FOR_OTHERS and step.key != was.key:
            yield _("“%(step)s”改了名，它等的那一方找不到它") % {"step": term(was.name)}
        yield from self.meeting_faults(token)
        if self.branch_for(token.branch) not in self.places.get(step.key, ()):
            yield _("“%(step)s”在新版本里是另一路上的一步") % {"step": term(was.name)}
        if not asked and case.state != Case.State.RETURNED:
            yield from self.condition_faults(case, step)

    def meeting_faults(self, token: Token) -> Iterator[str]:
        """Branches meet where as many as went apart come together."""
        for part in token.branch.split("/"):
            split = part.partition(".")[0]
            if not split:
                continue
            was, key = self.source.step(split), self.step_for(split)
            now = self.target.step(key) if self.target.has(key) else None
            if now is None or now.kind != "split" or not self.is_same_meeting(was, now):
                yield _("从“%(step)s”分开的几路在新版本里合不拢") % {"step": term(was.name)}

    def is_same_meeting(self, was: Step, now: Step) -> bool:
        return len(was.branches) == len(now.branches) and self.step_for(was.join) == now.join

    @cached_property
    def places(self) -> dict[str, set[str]]:
        return places_of(self.target)

    def condition_faults(self, case: Case, step: Step) -> Iterator[str]:
        """Conditions ahead that ask for what nobody said and nobody will be asked, or cannot be worked out."""
        facts, ahead = facts_for_conditions(case.data, self.target.fields()), self.ahead[step.key]
        will_be_typed = {field.key for key in ahead for field in self.target.step(key).fields}
        labels = {field.key: field.label for field in self.target.fields()}
        for tree in (tree for key in ahead for tree in self.conditions[key]):
            for name in sorted(conditions.fields_of(tree)):
                key = name.partition(".")[0]
                if case.data.get(key) in EMPTY and key not in will_be_typed and key in self.must_be_said:
                    yield _("后面的条件要用“%(field)s”，这件申请没有填") % {"field": term(labels.get(key, key))}
            try:
                conditions.holds(tree, facts)
            except (conditions.ConditionError, TypeError, ValueError):
                yield _("后面的条件用这件申请的内容算不出来")

    @cached_property
    def must_be_said(self) -> frozenset[str]:
        """A field that may be left empty may be missing."""
        return frozenset(field.key for field in self.target.fields() if field.is_required)

    @cached_property
    def conditions(self) -> dict[str, list[conditions.Condition]]:
        return {one.key: [conditions.parse(edge.when) for edge in one.edges if edge.when] for one in self.target.steps}

    @cached_property
    def ahead(self) -> dict[str, list[str]]:
        """From each step, itself and all that may follow."""
        return {step.key: list(self.reached(step.key)) for step in self.target.steps}

    def reached(self, start: str) -> dict[str, None]:
        found: dict[str, None] = {}
        left = [start]
        while left:
            key = left.pop()
            if key in found or not self.target.has(key):
                continue
            found[key] = None
            step = self.target.step(key)
            left += [edge.to for edge in step.edges] or [self.target.after(key)]
            left += [one for one in (step.on_refuse, step.join, *step.branches) if one and one != END]
        return found
