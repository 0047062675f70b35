"""A draft walked through with a made-up applicant (试一试): who would decide, which way it takes, until when. Nothing is written."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from nanhu.kernel.clock import now
from nanhu.kernel.registry import Text
from nanhu.platforms.flows import conditions, hours
from nanhu.platforms.flows.assigning import OWNER_OFFICE, Holder, pool, resolve, resolver_names
from nanhu.platforms.flows.body import (
    END,
    HUMAN,
    Applicant,
    Assignee,
    OwnPost,
    PersonIn,
    Resolved,
    Step,
    facts_for_conditions,
)
from nanhu.platforms.flows.models import Case, Definition
from nanhu.platforms.flows.workshop.sentences import Speaker
from nanhu.platforms.flows.workshop.sketch import Sketch
from nanhu.platforms.people import api as people

MOST: Final = 100
NAMES_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Stop:
    """A step as the made-up case passes it. `who`: by name; `way`: which condition held; `lane`: within which branch."""

    step: Step
    who: str
    until: datetime | None
    way: str
    lane: str


class Trial:
    def __init__(self, definition: Definition, sketch: Sketch, *, unit_id: int, data: Mapping[str, Any]) -> None:
        self.sketch, self.unit_id = sketch, unit_id
        self.case = Case(definition=definition, data=dict(data))
        self.facts = facts_for_conditions(data, sketch.body.fields())
        self.words = Speaker(sketch)
        self.begun = now()
        self.unit_code = hours.unit_of(self.case)
        self.due = hours.due_after(self.begun, sketch.promise, self.unit_code)
        self.left = MOST

    def stops(self) -> Iterator[Stop]:
        yield from self.walk(self.sketch.body.steps[0].key, "", self.begun)

    def walk(self, key: str, lane: str, at: datetime, until_join: str = "") -> Iterator[Stop]:
        """Until the end, or until the join of its branches. Everybody agrees, at the last moment."""
        while key not in {END, until_join} and self.left:
            self.left -= 1
            step = self.sketch.body.step(key)
            until = self.until(step, at)
            following, way = self.next_of(step)
            yield Stop(step, self.who(step), until, way, lane)
            at = until or at
            if step.kind == "split":
                at = yield from self.branches(step, lane, at)
                following = step.join
            key = following

    def branches(self, split: Step, lane: str, at: datetime) -> Generator[Stop, None, datetime]:
        latest = at
        for first in split.branches:
            inner = f"{lane} {self.sketch.step_name(first)}".strip()
            for stop in self.walk(first, inner, at, split.join):
                latest = max(latest, stop.until or at)
                yield stop
        return latest

    def until(self, step: Step, at: datetime) -> datetime | None:
        if step.kind not in HUMAN:
            return None
        return hours.due_after(at, step.promise, self.unit_code) if step.promise else max(self.due, at)

    def next_of(self, step: Step) -> tuple[str, str]:
        for edge in step.edges:
            if not edge.when or conditions.holds(conditions.parse(edge.when), self.facts):
                return edge.to, self.words.way(edge) if len(step.edges) > 1 else ""
        return self.sketch.body.after(step.key), ""

    def who(self, step: Step) -> str:
        if step.kind not in HUMAN and step.kind != "inform":
            return ""
        is_all = step.kind in {"countersign", "inform"}
        found: list[str] = []
        for one in step.who:
            holders, said = self.holders(one)
            if holders or said:
                found.append(str(said or self.names(holders)))
                if not is_all:
                    break
        return "；".join(found) or self.owners()

    def holders(self, one: Assignee) -> tuple[Sequence[Holder], Text]:
        """Whom the engine would find; in words where only a real applicant has one."""
        match one:
            case Applicant():
                return (), _("申请人自己")
            case Resolved(name=name):
                words = resolver_names.get(name, name)
                return (), _("按学校记录找（%(name)s）：有了真的申请人才知道") % {"name": words}
            case OwnPost(office=office):
                return pool(self.unit_id, office, self.case, why="own_post"), ""
            case PersonIn(field=field) if not self.case.data.get(field):
                return (), _("“%(field)s”里选的人：这次没有选") % {"field": self.words.label(field)}
        return resolve(one, self.case), ""

    def names(self, holders: Sequence[Holder]) -> str:
        return "；".join(self.name(one) for one in holders)

    def name(self, holder: Holder) -> str:
        if holder.person_id is not None:
            card = people.person_card(holder.person_id)
            return card.name if card else ""
        found = people.find_post(holder.unit_id, holder.office) if holder.unit_id else None
        if found is None:
            return ""
        cards = people.person_cards(found.person_ids[:NAMES_SHOWN])
        names = "、".join(one.name for one in cards.values())
        return f"{names}（{found.unit_name} {found.office_name}）"

    def owners(self) -> str:
        found = pool(self.case.definition.unit_id, OWNER_OFFICE, self.case, why="owner")
        if not found:
            return _("没有人：岗位和主管单位负责人都空缺，这样的申请会被拒收")
        return _("没有找到人，落到%(who)s") % {"who": self.names(found)}
