"""What hinders the publication of a draft, in words of a clerk, each at its step or field."""

from collections.abc import Iterator, Mapping
from typing import Final

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.platforms.flows import choices
from nanhu.platforms.flows.assigning import resolvers
from nanhu.platforms.flows.body import (
    HUMAN,
    Body,
    Column,
    Fault,
    Field,
    PostOf,
    Resolved,
    Step,
    faults_of,
    places_of,
    ways_on,
)
from nanhu.platforms.flows.forms import PaperForm
from nanhu.platforms.flows.services.engine import actions
from nanhu.platforms.flows.workshop.known import asks_in_vain, sources
from nanhu.platforms.flows.workshop.sketch import KEY, Sketch
from nanhu.platforms.ledger import api as ledger
from nanhu.platforms.people import api as people

RESERVED: Final = frozenset(
    {"comment", "decision", "to_step", "revision", "form_token", "csrfmiddlewaretoken", "suggest", "confirmed"}
    | PaperForm.base_fields.keys()
)
"""Names that forms of flows use themselves."""
LONGEST: Final = {"label": 60, "help": 200, "reason": 200}
MOST_CHOICES: Final = 60
WORDS: Final[Mapping[str, Text]] = {
    "steps": _("还没有步骤：至少要有一步。"),
    "fields": _("项目太多了。"),
    "nested": _("几路里面又分几路，层数太多了。"),
    "promise": _("办理时限太长，或不对。"),
    "most": _("上限不对。"),
    "again": _("重新办理会再走到它，而它不能办第二次。"),
    "twice": _("有两个同名的编号，请删去一个。"),
    "choices": _("还没有写可选的内容。"),
    "seen_at": _("只给看的一步没有了，或没有人办：请重新选谁看得到。"),
    "seen_key": _("用来分辨重复申请的，不能只给几步看。"),
    "columns": _("明细表要有一到八列，不能重名。"),
    "sealed_key": _("证件号码、附件和明细表不能用来分辨重复的申请。"),
    "no_fee": _("没有说收什么费、收多少。"),
    "fee": _("这个收费项目没有，或今天不收。"),
    "leads_nowhere": _("它指向的一步已经没有了。"),
    "nobody": _("还没有说由谁来办。"),
    "no_other_way": _("条件都不成立时没有路可走：请加一条“其他情况”。"),
    "no_action": _("还没有选系统办什么。"),
    "split": _("同时办要分成两路以上，并选在哪里汇合。"),
    "applicant": _("不能由申请人自己来批。"),
    "no_person": _("它要找表里选的人，可那一项没有了，或不是选人的。"),
    "join": _("没有哪一步分成几路到这里汇合。"),
    "no_join": _("几路要在“汇合”的一步合起来。"),
    "signers": _("要求同意的人数和会签人对不上。"),
    "condition": _("条件写得不对。"),
    "no_field": _("条件里用的一项表里没有了。"),
    "compared": _("条件里的比法和那一项的内容对不上。"),
    "reserved": _("这个编号系统自己要用。"),
    "source": _("没有这个来源，不能自动填写。"),
    "list": _("没有这个选项表。"),
    "long": _("文字太多，或可选的内容超过 60 项。"),
    "unnamed": _("还没有名称。"),
    "bulk": _("要填写的一步不能几件一起同意。"),
    "reopens_at": _("重新办理要从有人办、不在几路里面的一步开始。"),
    "objects": _("申请人可以要求重新办理，可没有说从哪一步开始。"),
    "program": _("“等别的系统”“确认知悉”只能由程序里的流程使用。"),
    "nothing_registered": _("它用的系统办理或查找办法没有登记。"),
    "unit": _("那个单位没有了。"),
    "office": _("没有这个岗位。"),
    "unreached": _("没有一条路走到这一步。"),
    "circle": _("几步之间绕成一圈，中间没有人办，会停不下来。"),
    "person_source": _("先请申请人填写：这里由学校自动填写的只能是文字。"),
    "asked": _("学校已经有这一项，不必再问。请改为自动填写，或写明为什么还要问。"),
    "audience": _("还没有选谁可以申请。"),
}
"""By the code of the fault; those of `flows.body` first."""


def words_of(fault: Fault) -> Text:
    return WORDS.get(fault.code) or say("这里有错：%(fault)s") % {"fault": fault}


def faults_in(sketch: Sketch) -> list[Fault]:
    """All of them: what the engine refuses, and what would not work in the hands of people."""
    found = [*faults_of(sketch.body), *field_faults(sketch), *step_faults(sketch)]
    if not sketch.faces:
        found.append(fault("audience"))
    return found or list(way_faults(sketch.body))


def by_place(sketch: Sketch) -> dict[str, list[Text]]:
    found: dict[str, list[Text]] = {}
    for one in faults_in(sketch):
        found.setdefault(one.place, []).append(words_of(one))
    return {place: list(dict.fromkeys(words)) for place, words in found.items()}


def fault(code: str, place: str = "", about: str = "") -> Fault:
    return Fault(f"{place} {code} {about}".strip(), code, place, about)


def field_faults(sketch: Sketch) -> Iterator[Fault]:
    offered = sources()
    for field in sketch.body.fields():
        parts: tuple[Field | Column, ...] = (field, *field.columns)
        if field.key in RESERVED or not all(KEY.fullmatch(one.key) for one in parts):
            yield fault("reserved", field.key)
        if not all(one.label.strip() for one in parts):
            yield fault("unnamed", field.key)
        if field.source and field.source not in offered:
            yield fault("source", field.key)
        if field.source and field.kind != "text":
            yield fault("person_source", field.key)
        if field.choices_from and field.choices_from not in choices.lists:
            yield fault("list", field.key)
        texts = any(len(getattr(field, name)) > most for name, most in LONGEST.items())
        names = [*field.choices, *(column.label for column in field.columns)]
        if texts or len(field.choices) > MOST_CHOICES or any(len(one) > LONGEST["label"] for one in names):
            yield fault("long", field.key)
        if holder := asks_in_vain(field):
            yield fault("asked", field.key, str(holder))


def step_faults(sketch: Sketch) -> Iterator[Fault]:
    offices = people.office_names()
    named = {one.unit for step in sketch.body.steps for one in step.who if isinstance(one, PostOf) and one.unit}
    units = people.unit_ids_by_code(named)
    charged = ledger.fee_names() if any(step.kind == "pay" for step in sketch.body.steps) else {}
    for step in sketch.body.steps:
        if step.kind == "pay" and step.fee_item and step.fee_item not in charged:
            yield fault("fee", step.key)
        if not step.name.strip():
            yield fault("unnamed", step.key)
        if len(step.name) > LONGEST["label"]:
            yield fault("long", step.key)
        if step.kind in {"wait", "confirm"}:
            yield fault("program", step.key)
        if (step.action and step.action not in actions) or any(
            isinstance(one, Resolved) and one.name not in resolvers for one in step.who
        ):
            yield fault("nothing_registered", step.key)
        if any(isinstance(one, PostOf) and one.unit and one.unit not in units for one in step.who):
            yield fault("unit", step.key)
        if any(getattr(one, "office", "") not in {"", *offices} for one in step.who):
            yield fault("office", step.key)


def way_faults(body: Body) -> Iterator[Fault]:
    """Of a body that may be walked: steps that nothing leads to, and circles in which nobody has to do anything."""
    places = places_of(body)
    for step in body.steps:
        if step.key not in places:
            yield fault("unreached", step.key)
        if step.kind not in HUMAN and comes_back(body, step, places):
            yield fault("circle", step.key)


def comes_back(body: Body, start: Step, places: Mapping[str, set[str]]) -> bool:
    seen: set[str] = set()
    left = [start.key]
    while left:
        here = left.pop()
        for key, _branch in (way for branch in places.get(here, ()) for way in ways_on(body, body.step(here), branch)):
            if key == start.key:
                return True
            if key not in seen and body.has(key) and body.step(key).kind not in HUMAN:
                seen.add(key)
                left.append(key)
    return False
