"""流程设计: the list of processes, a new one, and the bench on which one is put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import (
    Badge,
    Console,
    Empty,
    Filters,
    Link,
    Number,
    PageRequest,
    Search,
    Table,
    Text,
    Who,
    listing,
)
from nanhu.kernel.kit.records import Seen
from nanhu.kernel.registry import MenuSource, Viewer, menu_sources
from nanhu.kernel.registry import Text as Words
from nanhu.kernel.sheets.writing import WORKBOOK, attachment
from nanhu.platforms.flows.body import Field, StepKind
from nanhu.platforms.flows.choices import lists
from nanhu.platforms.flows.forms import FlowForm
from nanhu.platforms.flows.models import Definition, Version
from nanhu.platforms.flows.services.engine import actions
from nanhu.platforms.flows.sources import KEEPER
from nanhu.platforms.flows.workshop import bpmn, form_sheets, forms, queries, services
from nanhu.platforms.flows.workshop import sketch as sketches
from nanhu.platforms.flows.workshop.known import asks_in_vain, sources
from nanhu.platforms.flows.workshop.queries import Work
from nanhu.platforms.flows.workshop.sentences import (
    FIELD_KINDS,
    STEP_KINDS,
    Line,
    Speaker,
    day_minutes,
    promise_words,
)
from nanhu.platforms.flows.workshop.sketch import Sketch
from nanhu.platforms.people import api as people

STATES = {
    "waits": _("等复核"),
    "draft": _("有没发布的草稿"),
    "new": _("没发布过"),
    "on": _("办理中"),
    "closed": _("停办"),
}
OFFERED_STEPS: Final[tuple[StepKind, ...]] = ("approve", "countersign", "work", "fill", "inform")


def offered_steps(viewer: Viewer) -> list[StepKind]:
    """Actions of the house and fees are the keepers'."""
    if not queries.is_keeper(viewer):
        return [*OFFERED_STEPS]
    return [*OFFERED_STEPS, "pay", "automatic"] if actions else [*OFFERED_STEPS, "pay"]


desk = Console(
    "flows:workshop",
    _("流程设计"),
    icon="workflow",
    owner=_("信息中心"),
    description=_("不写程序，做一项能申请、能审批的服务"),
    allows=queries.may_design,
    menu=[KEEPER],
    order=46,
)
menu_sources.add(MenuSource(key="flows.workshop", load=queries.menu))


class Processes(Table):
    name = Link(_("流程"), to="bench", by=["key"], is_term=True)
    unit = Text(_("主管单位"), "unit__name", is_term=True)
    state = Badge(
        _("状态"), queries.state_of, names=STATES, tones={"on": "good", "closed": "bad", "waits": "warn"}, sort=False
    )
    running = Number(_("在办"))
    version = Number(_("版本"))
    changed = Who(_("谁最后改"), queries.changed_by, sort=False)
    origin = Badge(_("来自"), names=Definition.Origin.choices, tone="none")


class ProcessFilters(Filters):
    q = Search("name", "unit__name")


@desk.page("", title=_("流程"), tab=_("流程"), lead=_("填什么、谁来批、几天办完，都在网页里定。改好先试一试，再发布。"))
def processes(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有流程"), icon="workflow", action=_("新做一个"), to="begin")
    return listing(request, Processes, queries.listed(request.viewer), ProcessFilters, empty=none)


def own_unit(request: PageRequest) -> dict[str, Any]:
    led = queries.units_of(request.viewer)
    names = {code: name for code, name, _short in people.unit_names()}
    codes = people.unit_ids_by_code(names)
    return {"unit": next((f"{code} {names[code]}" for code, unit_id in codes.items() if unit_id in led), "")}


@processes.form(
    "new/",
    forms.NewForm,
    title=_("新做一个流程"),
    button=_("新做一个"),
    icon="plus",
    submit=_("开始"),
    arguments=lambda request: {"viewer": request.viewer},
    initial=own_unit,
    to="bench",
)
def begin(request: PageRequest, form: forms.NewForm) -> Definition:
    said = form.cleaned_data
    copied = queries.work_on(request.viewer, said["copied"]).sketch if said["copied"] else None
    made = form.settled(copied or blank(said["name"]))
    return services.begin(by=request.actor, unit_id=said["unit"].id, sketch=made)


@processes.form(
    "import/",
    forms.UploadForm,
    title=_("导入流程"),
    submit=_("导入"),
    icon="upload",
    arguments=lambda request: {"viewer": request.viewer},
    initial=own_unit,
    to="bench",
    template="workshop/upload.html",
    facts=lambda _request: {"form_sheet": desk.address("form_sheet")},
    done=_("已导入为草稿，还没有发布。"),
)
def upload(request: PageRequest, form: forms.UploadForm) -> Definition:
    made = sketch_in(form.cleaned_data["file"], form.file_name)
    return services.begin(by=request.actor, unit_id=form.cleaned_data["unit"].id, sketch=made)


def sketch_in(content: bytes, file_name: str) -> Sketch:
    """Of our own file, of another maker's process, or of a sheet that lists what is asked."""
    if form_sheets.is_sheet(content, file_name):
        return form_sheets.imported(content, file_name, blank)
    return bpmn.imported(content, blank, people.office_names()) if bpmn.is_bpmn(content) else sketches.imported(content)


@processes.download("form.xlsx")
def form_sheet(_request: PageRequest) -> HttpResponseBase:
    content = form_sheets.FORM.form(name=form_sheets.UNNAMED)
    return attachment(HttpResponse(content, content_type=WORKBOOK), f"{form_sheets.UNNAMED}.xlsx")


def blank(name: str) -> Sketch:
    prefix = (people.initials_of(name) + "sq").upper()[:2]
    return Sketch(name=name, promise=day_minutes(), prefix=prefix if prefix.isascii() and prefix.isalpha() else "SQ")


def seen(request: PageRequest, key: str) -> Work:
    return queries.work_on(request.viewer, key)


def own(request: PageRequest, key: str) -> Work:
    return queries.own_work(request.viewer, key)


@dataclass(frozen=True, slots=True)
class FieldRow:
    """`holder`: who has what it asks without a reason."""

    field: Field
    kind: Words
    faults: Sequence[Words]
    holder: Words


@dataclass(frozen=True, slots=True)
class StepRow:
    line: Line
    faults: Sequence[Words]
    fields: Sequence[FieldRow]


def field_rows(work: Work, fields: Sequence[Field]) -> list[FieldRow]:
    return [FieldRow(one, FIELD_KINDS[one.kind], work.faults.get(one.key, ()), asks_in_vain(one)) for one in fields]


def step_rows(work: Work) -> list[StepRow]:
    return [
        StepRow(line, work.faults.get(line.step.key, ()), field_rows(work, line.step.fields))
        for line in Speaker(work.sketch).lines()
    ]


def shown_form(sketch: Sketch, home: str = "") -> dict[str, Any]:
    """The form as its applicant gets it, by the form that he gets; lists that are not there offer nothing."""
    asked = [
        sketches.replace(one, choices_from="") if one.choices_from not in {"", *lists} else one
        for one in sketches.fields_at(sketch, home)
    ]
    names = sources()
    known = [(one.label, names.get(one.source, "")) for one in asked if one.source]
    return {"shown": FlowForm(asked=asked, auto_id="shown_%s"), "known": known, "sketch": sketch}


@processes.page("<str:key>/", title=_("设计"), subject=Seen(seen), opens_whole=True)
def bench(request: PageRequest, work: Work) -> HttpResponseBase:
    sketch = work.sketch
    return render(
        request,
        "workshop/bench.html",
        {
            "work": work,
            "fields": field_rows(work, sketch.body.form),
            "steps": step_rows(work),
            "faults": work.faults,
            "promise": promise_words(sketch.promise),
            "faces": [word for face, word in forms.FACES if face in sketch.faces],
            "units": [*forms.unit_names(sketch.units), *forms.category_words(sketch.categories)],
            "field_kinds": FIELD_KINDS.items(),
            "step_kinds": [(kind, STEP_KINDS[kind]) for kind in offered_steps(request.viewer)],
            "own_faults": work.faults.get("", ()),
            "versions": Version.objects.filter(definition=work.definition).order_by("-number")[:5],
            "running": services.case_counts([work.definition])[work.definition.pk],
            **shown_form(sketch),
        },
    )
