"""The desk of the school's calendar: terms, days that are moved, periods."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.calendar import holiday_name
from nanhu.kernel.clock import campus_today
from nanhu.kernel.dated import not_over, rules_on
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import (
    SIGNED_IN,
    Badge,
    Console,
    Empty,
    Link,
    Moment,
    Number,
    PageRequest,
    Press,
    Span,
    Table,
    Text,
    Who,
    list_of,
    listing,
)
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import record
from nanhu.kernel.registry import Role, term_steps
from nanhu.kernel.ui import dates
from nanhu.platforms.campus import rules
from nanhu.platforms.campus.forms import ChangeTermForm, MovedDayForm, PeriodsForm, TermForm
from nanhu.platforms.campus.models import MovedDay, PeriodTable, StepRun, Term
from nanhu.platforms.campus.queries import terms as queries
from nanhu.platforms.campus.queries.places import place_with
from nanhu.platforms.campus.rules import Kind, TermDay
from nanhu.platforms.campus.services import rollover
from nanhu.platforms.campus.services import terms as services

REGISTRAR = "campus.registrar"
State = Term.State
NOT_OVER = [State.PLANNED, State.OPEN]

desk = Console(
    "campus:terms",
    _("校历"),
    icon="calendar-days",
    owner=_("教务处"),
    description=_("学期和教学周、调休日上哪天的课、各校区的节次"),
    roles=[
        Role(
            key=REGISTRAR,
            name=_("校历管理员"),
            description=_("排学期、开学和结束学期，定调休日上哪天的课，设置各校区的节次"),
        )
    ],
    order=44,
)


class Terms(Table):
    ordering = ("-year", "-season")
    name = Link(_("学期"), to="term", by=("key",), is_term=True)
    key = Text(_("代码"), is_number=True)
    weeks = Text(_("教学周 + 考试周"), lambda term: f"{term.teaching_weeks} + {term.exam_weeks}")
    days = Span(_("起止"), "first_monday")
    state = Badge(_("状态"), names=State.choices, tones={State.OPEN: "good", State.PLANNED: "info"}, tone="none")


class Days(Table):
    day = Link(_("日期"), lambda row: dates.day(row.day, campus_today().year), to="decide", by=("iso",))
    term = Text(_("学期"))
    lessons = Text(_("上哪天的课"))
    state = Badge(
        _("状态"),
        names={"waits": _("未定"), "missed": _("已过，没有定"), "decided": _("已定")},
        tones={"waits": "warn", "decided": "good"},
        tone="none",
    )
    reason = Text(_("依据"))
    by = Who(_("经办"), "decided_by_name")
    take_back = Link(_("操作"), lambda row: _("收回") if row.is_open else "", to="withdraw_day", by=("decision__iso",))


class Periods(Table):
    ordering = ("campus__key", "starts_on")
    campus = Text(_("校区"), "campus__name")
    season = Text(_("作息"))
    days = Span(_("有效期"))
    count = Number(_("节数"), lambda table: len(table.starts))
    times = Text(_("各节时间"), lambda table: " · ".join(spans(table)), is_wide=True)
    reason = Text(_("依据"), is_wide=True)
    end = Press(_("停用"), to="end_periods")


def step_name(run: StepRun) -> str:
    step = term_steps.get(run.step)
    return str(step.title) if step else run.step


def counts_of(run: StepRun) -> str:
    step = term_steps.get(run.step)
    names = step.counts if step else {}
    return " · ".join(f"{names.get(key, key)} {number:,}" for key, number in run.counts.items())


def error_of(run: StepRun) -> str:
    if run.state != StepRun.State.DONE and term_steps.get(run.step) is None:
        return say("系统里已没有这一步，不会再做")
    return run.error


class Steps(Table):
    step = Text(_("结转步骤"), step_name)
    state = Badge(_("状态"), names=StepRun.State.choices, tones={"done": "good", "failed": "bad"}, tone="info")
    counts = Text(_("办了多少"), counts_of)
    error = Text(_("为什么没做成"), error_of)
    ran_at = Moment(_("时间"))


class PeriodsToday(Table):
    campus = Text(_("校区"), "campus__name")
    season = Text(_("作息"))
    times = Text(_("各节时间"), lambda table: " · ".join(spans(table)))


def spans(table: PeriodTable) -> list[str]:
    return [f"{one.starts_at:%H:%M}–{one.ends_at:%H:%M}" for one in queries.periods_of(table)]


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day that the school decided, or has to."""

    day: date
    term: str
    lessons: str
    state: str
    reason: str = ""
    decided_by_name: str = ""
    is_open: bool = False

    @property
    def iso(self) -> str:
        return self.day.isoformat()

    @property
    def decision(self) -> "DayRow | None":
        """Where it can still be taken back."""
        return self if self.is_open else None


@dataclass(frozen=True, slots=True)
class Entry:
    """A day in the grid of weeks."""

    title: str
    place: str = ""
    tone: str = ""
    url: str = ""


@desk.page(
    "", title=_("学期"), tab=_("学期"), lead=_("一个学期从第一周的周一起，先教学周，后考试周。同时只有一个进行中。")
)
def terms(request: PageRequest) -> HttpResponseBase:
    none = Empty(
        title=_("还没有学期"),
        icon="calendar-days",
        action=_("新学期"),
        to="plan",
        text=_("先排学期，再排课、考试和活动。"),
    )
    return listing(request, Terms, Term.objects.all(), empty=none, export_as="学期")


@terms.form(
    "plan/", TermForm, title=_("新学期"), button=_("新学期"), submit=_("排入校历"), to="term", done=_("已排入校历。")
)
def plan(request: PageRequest, form: TermForm) -> Term:
    return services.plan_term(by=request.actor, order=form.order())


@terms.page(
    "<str:key>/", title=_("学期"), subject=record(Term.objects.all(), _("这个学期")), about=lambda one: str(one.name)
)
def term(request: PageRequest, found: Term) -> HttpResponseBase:
    facts = {"term": found, "facts": facts_of(found), **weeks_of(found), **steps_of(request, found)}
    return render(request, "campus/term.html", facts)


def steps_of(request: PageRequest, found: Term) -> dict[str, Any]:
    """What the roll-over did, and what its last rehearsal would have done."""
    runs = list(StepRun.objects.filter(term=found).order_by("pk"))
    real, tried = ([one for one in runs if one.is_rehearsal is is_rehearsal] for is_rehearsal in (False, True))
    return {
        "steps": list_of(request, Steps, real, caption=_("开学结转")) if real else None,
        "rehearsal": list_of(request, Steps, tried, caption=_("最近一次预演")) if tried else None,
        "is_at_work": any(is_coming(found, one) for one in runs),
        "is_broken": any(one.state == StepRun.State.FAILED for one in real),
    }


def is_coming(found: Term, run: StepRun) -> bool:
    """It waits, and something will still run it."""
    runs_in = State.PLANNED if run.is_rehearsal else State.OPEN
    return run.state == StepRun.State.WAITING and found.state == runs_in and term_steps.get(run.step) is not None


def facts_of(found: Term) -> list[tuple[Any, Any]]:
    return [
        (_("代码"), found.key),
        (_("状态"), found.get_state_display()),
        (_("起止"), dates.span_words(found.first_monday, found.ends_on) if found.first_monday else _("未定")),
        (_("教学周 + 考试周"), f"{found.teaching_weeks} + {found.exam_weeks}"),
    ]


def weeks_of(found: Term, *, leads: bool = True) -> dict[str, Any]:
    """The grid: a row a week, a cell a day. `leads`: a moved day leads to its decision."""
    if found.first_monday is None:
        return {}
    days = queries.term_days(found)
    rows = [
        (week_words(found, number), [(dates.WEEKDAYS[one.day.weekday()], [entry_of(one, leads=leads)]) for one in week])
        for number, week in enumerate(weeks_in(days), start=1)
    ]
    return {
        "days": dates.WEEKDAYS,
        "weeks": rows,
        "week": rules.week_of(found.first_monday, campus_today()),
        "undecided": sum(one.kind is Kind.UNDECIDED and one.day >= campus_today() for one in days),
        "unknown": unknown_words(days),
    }


def unknown_words(days: Iterable[TermDay]) -> str:
    """Of which years the days off are not published, so that their weekdays are taken for ordinary ones."""
    years = "、".join(str(year) for year in queries.unknown_years(days))
    return say("%(years)s 年的放假安排还没有公布，这里把周一到周五都当作上课。") % {"years": years} if years else ""


def weeks_in(days: list[TermDay]) -> Iterator[list[TermDay]]:
    for start in range(0, len(days), rules.DAYS_A_WEEK):
        yield days[start : start + rules.DAYS_A_WEEK]


def week_words(found: Term, number: int) -> str:
    said = say("第 %(week)s 周") % {"week": number}
    return said if number <= found.teaching_weeks else f"{said} · {say('考试')}"


def entry_of(one: TermDay, *, leads: bool) -> Entry:
    url = desk.address("decide", {"iso": one.day.isoformat()}) if leads else ""
    return Entry(dates.short_day(one.day, campus_today().year), day_words(one), tone_of(one), url)


def tone_of(one: TermDay) -> str:
    return {Kind.UNDECIDED: "bad", Kind.OFF: "warn"}.get(one.kind, "warn" if one.is_moved else "")


def day_words(one: TermDay) -> str:
    """What is out of the ordinary about a day."""
    if one.kind is Kind.UNDECIDED:
        return say("调休上班，未定上哪天的课")
    if one.kind is Kind.OFF:
        return holiday_name(one.day) or say("不上课")
    if one.is_moved:
        return say("上第 %(week)s 周%(weekday)s的课") % {"week": one.week, "weekday": dates.WEEKDAYS[one.weekday - 1]}
    return ""


@term.form(
    "change/",
    ChangeTermForm,
    title=_("修改学期"),
    arguments=lambda _request, found: {"term": found},
    initial=lambda _request, found: {name: getattr(found, name) for name in TermForm.base_fields},
    done=_("已修改。"),
)
def change(request: PageRequest, form: ChangeTermForm, found: Term) -> None:
    services.change_term(by=request.actor, term=found, order=form.order(), reason=form.cleaned_data["reason"])


@term.form(
    "close/",
    ReasonForm,
    title=_("结束学期"),
    lead=_("结束以后不能再开：周次、调休不再改，没做成的结转步骤不再做。"),
    submit=_("结束学期"),
    tone="danger",
    done=_("学期已结束。"),
)
def close(request: PageRequest, form: ReasonForm, found: Term) -> None:
    services.move_term(by=request.actor, term=found, state=State.CLOSED, reason=form.cleaned_data["reason"])


@term.form(
    "archive/",
    ReasonForm,
    title=_("归档"),
    lead=_("归档以后不能退回。"),
    submit=_("归档"),
    tone="danger",
    done=_("学期已归档。"),
)
def archive(request: PageRequest, form: ReasonForm, found: Term) -> None:
    services.move_term(by=request.actor, term=found, state=State.ARCHIVED, reason=form.cleaned_data["reason"])


@term.form(
    "withdraw/",
    ReasonForm,
    title=_("撤下学期"),
    lead=_("只有筹备中、还没有人用到的学期可以撤下；定过的调休一起撤下。"),
    submit=_("撤下"),
    tone="danger",
    to="terms",
    done=_("学期已撤下。"),
)
def withdraw(request: PageRequest, form: ReasonForm, found: Term) -> None:
    services.withdraw_term(by=request.actor, term=found, reason=form.cleaned_data["reason"])


@term.action("open/", done=_("已开学，各系统的结转步骤正在后台做。"))
def open_it(request: PageRequest, found: Term) -> None:
    rollover.open_term(by=request.actor, term=found)


@term.action("rehearse/", done=_("正在预演：做一遍再全部撤回，什么都不会留下。"))
def rehearse(request: PageRequest, found: Term) -> None:
    rollover.rehearse(by=request.actor, term=found)


@term.action("again/", done=_("正在再做没做成的步骤。"))
def again(request: PageRequest, found: Term) -> None:
    rollover.run_again(by=request.actor, term=found)


def day_rows() -> list[DayRow]:
    """What waits first, then what was decided, the latest day first; last the days that passed undecided."""
    today = campus_today()
    undecided = queries.undecided_days()
    waiting = [DayRow(day, term.name, "", "waits") for term, day in undecided if day >= today]
    missed = [DayRow(day, term.name, "", "missed") for term, day in undecided if day < today]
    decided = queries.decisions().select_related("term").order_by("-day")
    return [*waiting, *(decided_row(one) for one in decided), *missed]


def decided_row(one: MovedDay) -> DayRow:
    is_open = one.term.state in NOT_OVER
    return DayRow(one.day, one.term.name, decision_words(one), "decided", one.reason, one.decided_by_name, is_open)


def decision_words(moved: MovedDay) -> str:
    if moved.week is None or moved.weekday is None:
        return say("不上课")
    said = say("第 %(week)s 周%(weekday)s") % {"week": moved.week, "weekday": dates.WEEKDAYS[moved.weekday - 1]}
    followed = queries.day_of(moved.term, moved.week, moved.weekday)
    return f"{said} · {dates.short_day(followed, campus_today().year)}"


@desk.page(
    "days/",
    title=_("调休"),
    tab=_("调休"),
    lead=_("国务院的通知只说哪天上班，上哪一天的课由学校定。没定之前，问到这一天的都会得到“未定”，不会猜。"),
    count=lambda _viewer: len(queries.undecided_days(since=campus_today())),
    waits=True,
)
def moved_days(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有调休"), icon="calendar-days", text=_("筹备中和进行中的学期里没有要定的日子。"))
    return listing(request, Days, day_rows(), empty=none, export_as="调休")


moved_days.waiting = lambda _viewer: queries.count_undecided()


def day_named(iso: str) -> date:
    try:
        return date.fromisoformat(iso)
    except ValueError as error:
        raise NotFoundError(what=_("这一天")) from error


def decision_of(_request: PageRequest, day: date) -> dict[str, Any]:
    known = queries.decisions().filter(day=day).first()
    return {"week": known.week, "weekday": known.weekday, "reason": known.reason} if known else {}


@moved_days.form(
    "<str:iso>/",
    MovedDayForm,
    title=_("定这一天上哪天的课"),
    subject=day_named,
    initial=decision_of,
    submit=_("定下来"),
    done=_("已定。"),
    template="campus/decide.html",
)
def decide(request: PageRequest, form: MovedDayForm, day: date) -> None:
    said = form.cleaned_data
    services.decide_day(by=request.actor, day=day, week=said["week"], weekday=said["weekday"], reason=said["reason"])


@moved_days.form(
    "<str:iso>/withdraw/",
    ReasonForm,
    title=_("收回这一天的决定"),
    lead=_("收回以后，这一天照国家的放假安排：平日上自己的课，放假的不上，调休上班的等重新定。"),
    subject=day_named,
    submit=_("收回"),
    tone="danger",
    done=_("已收回。"),
)
def withdraw_day(request: PageRequest, form: ReasonForm, day: date) -> None:
    services.withdraw_day(by=request.actor, day=day, reason=form.cleaned_data["reason"])


@desk.page(
    "periods/",
    title=_("节次"),
    tab=_("节次"),
    lead=_("每个校区一张作息表，从哪天到哪天。没有表的日子排不了课：系统会说没有规定，不会拿别的日子代替。"),
)
def periods(request: PageRequest) -> HttpResponseBase:
    none = Empty(
        title=_("还没有节次"), icon="clock", action=_("设置节次"), to="set_periods", text=_("先写各校区每节课的时间。")
    )
    living = not_over(PeriodTable.objects.select_related("campus"))
    return listing(request, Periods, living, empty=none, export_as="节次", template="campus/periods.html")


@periods.form(
    "set/",
    PeriodsForm,
    title=_("设置节次"),
    submit=_("设置"),
    lead=_("这些天里原有的作息由它代替，之前和之后的不变。"),
    done=_("已设置。"),
    initial=lambda request: request.GET.dict(),
)
def set_periods(request: PageRequest, form: PeriodsForm) -> None:
    said = dict(form.cleaned_data)
    services.set_periods(by=request.actor, **{**said, "campus": place_with(said["campus"])})


@periods.form(
    "<uuid:public_id>/end/",
    ReasonForm,
    title=_("停用节次"),
    lead=_("从今天起不再用；已经过去的日子不变。"),
    submit=_("停用"),
    tone="danger",
    subject=record(PeriodTable.objects.filter(withdrawn_at=None).select_related("campus"), _("这张作息表")),
    done=_("节次已停用。"),
)
def end_periods(request: PageRequest, form: ReasonForm, table: PeriodTable) -> None:
    services.end_periods(by=request.actor, table=table, reason=form.cleaned_data["reason"])


@desk.page(
    "calendar/", title=_("校历"), roles=SIGNED_IN, lead=_("教学周、放假和调休。手机日历可以订阅，改动会跟着变。")
)
def calendar(request: PageRequest) -> HttpResponseBase:
    """For everybody: the term that is open, else the next one, with the periods of today."""
    shown = Term.objects.filter(state__in=NOT_OVER, first_monday__isnull=False)
    found = next(iter(sorted(shown, key=lambda one: (one.state != State.OPEN, one.key))), None)
    today = campus_today()
    tables = rules_on(PeriodTable.objects.select_related("campus"), today).order_by("campus__key")
    facts: dict[str, Any] = {
        "term": found,
        "periods": list_of(request, PeriodsToday, list(tables), caption=_("今天的节次")),
    }
    if found is not None:
        facts |= weeks_of(found, leads=False)
    return render(request, "campus/calendar.html", facts)
