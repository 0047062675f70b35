"""What the files of an office said of somebody or of a unit (历次文件): as of a day, and each time they said something else."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import Link, Moment, PageRequest, Table, Text, list_of
from nanhu.kernel.kit.forms import offer
from nanhu.kernel.ui.widgets import DayInput
from nanhu.platforms.datahub.history import parquet
from nanhu.platforms.datahub.history.as_of import AsOf, Line, course_of, office_source, said_on
from nanhu.platforms.datahub.sources import SOURCES
from nanhu.platforms.datahub.views.desk import home
from nanhu.platforms.datahub.views.looks import tell_seen

LOOK = "datahub.look_history"
MOST_SHOWN = 60


def place_of(line: Line) -> str:
    return f"{line.sheet} {_now('第 {line} 行').format(line=line.line)}".strip()


class HistoryForm(forms.Form):
    source = forms.ChoiceField(label=_("来源"))
    day = forms.DateField(label=_("到哪一天"), widget=DayInput(), initial=campus_today)
    number = forms.CharField(label=_("学工号或机构代码"), max_length=40)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(key, f"{SOURCES[key].office} · {SOURCES[key].title}") for key in parquet.files_of_offices()]
        offer(self, "source", choices)


class Cells(Table):
    heading = Text(_("列"), lambda one: one[0])
    cell = Text(_("文件里写的"), lambda one: one[1])


@dataclass(frozen=True, slots=True)
class Turn:
    """A file that said something else of it than the one before."""

    line: Line
    changed: str


class Course(Table):
    batch = Link(_("批次"), lambda one: f"#{one.line.batch.pk}", to="batch", by=("line__batch__pk",))
    file = Text(_("文件"), "line__batch__file_name")
    place = Text(_("位置"), lambda one: place_of(one.line))
    at = Moment(_("生效时间"), "line__batch__finished_at")
    changed = Text(_("写了什么"))


def tell(told: AsOf, key: str, day: date, *, by: Actor) -> None:
    """Who looks is written down, and each whose lines were shown finds it under 谁看过我."""
    spec = office_source(key)
    facts = {"as_of": day.isoformat(), "rows": len(told.lines)}
    audit.record(by=by, action=LOOK, target=f"source:{key}", reason="历次文件", facts=facts)
    if spec.kind != "units":
        tell_seen(told.numbers, str(spec.title), by=by)


def turns_of(lines: Iterable[Line]) -> Iterator[Turn]:
    """Each line that says another thing than the one before, and what; the first one all."""
    before: dict[str, str] = {}
    for line in lines:
        cells = {heading: cell for heading, cell in line.cells.items() if cell}
        named = [one for one in {**cells, **before} if cells.get(one) != before.get(one)]
        if named:
            yield Turn(line, "；".join(f"{one}：{cells.get(one) or '—'}" for one in named))
        before = cells


def caption_of(course: AsOf) -> str:
    if course.count > len(course.lines):
        return _now("哪次变成这样（最近的 %(shown)d 行，一共 %(count)d 行）") % {
            "shown": len(course.lines),
            "count": course.count,
        }
    return _now("哪次变成这样")


@home.lookup(
    "history/",
    HistoryForm,
    title=_("历次文件"),
    tab=_("历次文件"),
    lead=_(
        "到某一天为止生效的文件里，这个学工号（或机构）是怎么写的，哪次起变成这样。按原样，敏感的遮挡。每次查看都记录，本人看得到。"
    ),
    submit=_("查看"),
    icon="history",
    template="datahub/lineage.html",
    keeps=("source", "day", "number"),
)
def history(request: PageRequest, form: HistoryForm) -> dict[str, Any]:
    key, day, number = (form.cleaned_data[name] for name in ("source", "day", "number"))
    told, course = said_on(key, day, number=number), course_of(key, day, number)
    tell(course, key, day, by=request.actor)
    if not course.lines:
        raise NotFoundError(what=_("这样的一行"))
    turns = list(turns_of(course.lines))
    lists = [
        list_of(request, Cells, list(line.cells.items()), caption=f"#{line.batch.pk} {place_of(line)}", per_page=100)
        for line in told.lines[:MOST_SHOWN]
    ]
    course_list = list_of(request, Course, turns, caption=caption_of(course), per_page=max(len(turns), 1))
    name = number if told.lines else _now("那天的文件里没有 %s") % number
    return {"name": name, "lists": [*lists, course_list]}
