"""Cases and tasks as pages show them: values in words, three facts, who holds it and why."""

import json
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count, F, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanhu.kernel.clock import now
from nanhu.kernel.database.prepared import AnyOf, Given, Prepared
from nanhu.kernel.money import format_yuan
from nanhu.kernel.proposals import Event
from nanhu.kernel.registry import Text, Viewer
from nanhu.kernel.ui import dates
from nanhu.kernel.ui.words import reads_chinese, term
from nanhu.platforms.campus import api as campus
from nanhu.platforms.flows import choices, hours
from nanhu.platforms.flows.body import LISTED, SEALED, SUMMED, Column, Field, fits, open_at, sums_of
from nanhu.platforms.flows.history import names_of_steps, step_of
from nanhu.platforms.flows.models import Case, Definition, Entry, Task
from nanhu.platforms.people import api as people

FACTS_SHOWN: Final = 3
subject_pages: dict[str, Callable[[Viewer, str], str]] = {}
"""By the key of a subject: the address of its room's own page, empty for whom that is not open."""
HIDDEN: Final = "••••"
VERBS: Final[Mapping[str, Text]] = {
    "opened": gettext_lazy("提交"),
    "paper": gettext_lazy("应急补录"),
    "announced": gettext_lazy("请人确认"),
    "reopened": gettext_lazy("重新办理"),
    "sent_back": gettext_lazy("退回到这一步"),
    "resubmitted": gettext_lazy("改好再交"),
    "added": gettext_lazy("补充材料"),
    "agree": gettext_lazy("同意"),
    "refuse": gettext_lazy("不同意"),
    "return": gettext_lazy("退回修改"),
    "done": gettext_lazy("办好"),
    "claimed": gettext_lazy("认领"),
    "released": gettext_lazy("放回"),
    "transferred": gettext_lazy("转交给"),
    "signer_before": gettext_lazy("先请会签"),
    "signer_after": gettext_lazy("再请会签"),
    "reassigned": gettext_lazy("原办理人不在，已重新找人"),
    "nobody": gettext_lazy("没有找到办理人，由主管单位负责人办理"),
    "urged": gettext_lazy("催办"),
    "nearly_late": gettext_lazy("快到期"),
    "late": gettext_lazy("已超期"),
    "stood_still": gettext_lazy("系统停机，期限顺延"),
    "automatic": gettext_lazy("系统办理"),
    "inform": gettext_lazy("已通知"),
    "came": gettext_lazy("等到了"),
    "did_not_come": gettext_lazy("没有等到"),
    "billed": gettext_lazy("请申请人缴费"),
    "moved": gettext_lazy("改按新版本办理"),
    "moved_back": gettext_lazy("放回旧版本"),
    "cancelled": gettext_lazy("取消"),
    "closed_granted": gettext_lazy("办结：同意"),
    "closed_refused": gettext_lazy("办结：不同意"),
    "closed_withdrawn": gettext_lazy("申请人撤回"),
    "closed_cancelled": gettext_lazy("办结：取消"),
    "closed_expired": gettext_lazy("到期没有办，自动结束"),
    "paid_before": gettext_lazy("已缴的钱由财务退还"),
}
WHY: Final[Mapping[str, Text]] = {
    "post": gettext_lazy("您在主管单位任%(office)s"),
    "own_post": gettext_lazy("您是申请人单位的%(office)s"),
    "person": gettext_lazy("申请人在表里选了您"),
    "resolver": gettext_lazy("按学校的记录，由您办理"),
    "owner": gettext_lazy("没有找到办理人，您是主管单位的%(office)s"),
    "returned": gettext_lazy("退回已满 10 次，由主管单位的%(office)s决定"),
    "transfer": gettext_lazy("同事转交给您"),
    "signer": gettext_lazy("同事请您会签"),
    "applicant": gettext_lazy("等您填写"),
    "announcement": gettext_lazy("请您本人确认"),
}


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A line of the to-do list. `earlier`: how often this applicant came with this before."""

    task: Task
    name: str
    facts: tuple[tuple[str, str], ...]
    why: str
    standing: str
    earlier: int
    for_name: str = ""

    @property
    def public_id(self) -> Any:
        return self.task.public_id

    @property
    def is_one_tap(self) -> bool:
        """Agreed to in the list, for nothing has to be typed."""
        step = step_of(self.task.case, self.task.step, self.task.kind)
        asks = not self.task.is_added and any(field.is_required for field in step.fields)
        return self.task.kind in {"approve", "countersign"} and not asks

    @property
    def due_at(self) -> Any:
        return self.task.due_at


def task_rows(tasks: Sequence[Task], *, person_id: int) -> list[TaskRow]:
    """A few queries, however many."""
    if not tasks:
        return []
    offices, earlier = people.office_names(), earlier_cases(tasks)
    named = names_of([(task.case, task.case.body.form) for task in tasks])
    others = {one.person_id for one in tasks if one.person_id not in {None, person_id}}
    owners = people.person_cards(others) if others else {}
    return [
        TaskRow(
            task=task,
            name=str(term(task.case.definition.name)),
            facts=tuple(facts_of(task.case, facts_at(task), named))[:FACTS_SHOWN],
            why=why_of(task, offices),
            standing=standing_of(task),
            earlier=earlier.get((task.case.definition_id, task.applicant_id), 1) - 1,
            for_name=owners[task.person_id].name if task.person_id in owners else "",
        )
        for task in tasks
    ]


def with_what_was_said(cases: Sequence[Case]) -> Sequence[Case]:
    """Of an applicant's own cases, which of several of one process is which."""
    asked = [(case, [field for field in case.body.form if field.is_fact][:FACTS_SHOWN]) for case in cases]
    named = names_of(asked)
    for case, fields in asked:
        case.said = " · ".join(value for _label, value in facts_of(case, fields, named))
    return cases


def facts_at(task: Task) -> list[Field]:
    return [one for one in open_at(task.case.body.form, {task.step}) if one.is_fact]


def fields_at(task: Task) -> list[Field]:
    """What its holder sees of the case."""
    typed = {field.key for field in step_of(task.case, task.step, task.kind).fields}
    return open_at(task.case.body.fields(), {task.step}, typed)


def fields_for(case: Case, person_id: int | None) -> list[Field]:
    """What somebody sees of a case beside a task: its applicant also what he typed himself."""
    is_own = case.applicant_id is not None and case.applicant_id == person_id
    return open_at(case.body.fields(), (), {field.key for field in case.body.form} if is_own else ())


def earlier_cases(tasks: Iterable[Task]) -> dict[tuple[int, int | None], int]:
    applicants = {task.applicant_id for task in tasks if task.applicant_id}
    definitions = {task.case.definition_id for task in tasks}
    counted = EARLIER(applicants=list(applicants), definitions=list(definitions))
    return {(definition, applicant): count for definition, applicant, count in counted}


def _earlier() -> QuerySet[Any]:
    of_both = AnyOf(F("applicant_id"), Given("applicants")), AnyOf(F("definition_id"), Given("definitions"))
    grouped = Case.objects.filter(*of_both).order_by().values_list("definition_id", "applicant_id")
    counted: QuerySet[Any] = grouped.annotate(count=Count("pk"))
    return counted


EARLIER = Prepared(_earlier)


def standing_of(task: Task) -> str:
    if task.urged_at is not None:
        return "urged"
    if task.due_at is not None and task.due_at < now():
        return "late"
    return "soon" if task.level else "open"


def why_of(task: Task, offices: Mapping[str, str]) -> str:
    return str(WHY.get(task.why, "")) % {"office": term(offices.get(task.pool_office, ""))}


def holder_words(tasks: Iterable[Task]) -> list[str]:
    """With whom a case is: 林晓湖, or the post of a unit."""
    tasks = list(tasks)
    cards = people.person_cards({one for task in tasks for one in (task.claimed_by_id, task.person_id) if one})
    offices = people.office_names()
    return [
        cards[person].name if (person := task.claimed_by_id or task.person_id) in cards else post_words(task, offices)
        for task in tasks
    ]


def post_words(task: Task, offices: Mapping[str, str]) -> str:
    unit = term(task.pool_unit.name if task.pool_unit else "")
    return ("" if reads_chinese() else " ").join([unit, term(offices.get(task.pool_office, ""))]).strip()


def names_of(cases: Iterable[tuple[Case, Iterable[Field]]]) -> dict[tuple[str, Any], str]:
    """Persons, units and entries of rooms' lists that the forms of these cases name: each list is read once."""
    said = [(field, value) for case, fields in cases for field in fields if (value := case.data.get(field.key))]
    named = {value for field, value in said if field.kind == "person" and isinstance(value, int)}
    persons = people.person_cards(named) if named else {}
    units = people.unit_names() if any(field.kind == "unit" for field, _value in said) else ()
    rooms = {value for field, value in said if field.kind == "room"}
    places = campus.Place.objects.filter(key__in=rooms).values_list("key", "name") if rooms else ()
    lists = {field.choices_from for field, _value in said if field.choices_from}
    return (
        {("person", key): card.name for key, card in persons.items()}
        | {("unit", code): str(term(name)) for code, name, _short in units}
        | {("room", key): name for key, name in places}
        | {(name, key): str(label) for name in lists for key, label in choices.lists[name]()}
    )


def facts_of(
    case: Case, fields: Iterable[Field], named: Mapping[tuple[str, Any], str] | None = None
) -> list[tuple[str, str]]:
    """Label and value of what was said; what is sealed stays hidden."""
    fields = list(fields)
    named = names_of([(case, fields)]) if named is None else named
    sealed = {field.key for field in fields if field.kind in SEALED and case.sealed}
    return [
        (str(term(field.label)), HIDDEN if field.key in sealed else words_of(field, case.data[field.key], named))
        for field in fields
        if (field.key in sealed or case.data.get(field.key) not in (None, "", [])) and field.kind not in LISTED
    ]


@dataclass(frozen=True, slots=True)
class Cell:
    head: str
    words: str
    is_number: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """A field of rows as a table; `sums`: the line below, where a column is money."""

    label: str
    heads: list[Cell]
    lines: list[list[Cell]]
    sums: list[Cell]


def rows_of(case: Case, fields: Iterable[Field]) -> list[Rows]:
    return [
        Rows(
            label=str(term(field.label)),
            heads=line_of(field, {}),
            lines=[line_of(field, row) for row in case.data[field.key]],
            sums=line_of(field, sums_of(field, case.data[field.key])) if is_paid(field) else [],
        )
        for field in fields
        if field.kind == "rows" and case.data.get(field.key) and fits(field, case.data[field.key])
    ]


def line_of(field: Field, row: Mapping[str, Any]) -> list[Cell]:
    return [
        Cell(str(term(column.label)), cell_words(column, row.get(column.key)), column.kind in SUMMED)
        for column in field.columns
    ]


def is_paid(field: Field) -> bool:
    return any(column.kind == "money" for column in field.columns)


def cell_words(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if column.kind == "money":
        return format_yuan(value)
    return dates.short_day(date.fromisoformat(value), None) if column.kind == "date" else str(value)


def files_of(case: Case, fields: Iterable[Field]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Label, and name and address of each attachment."""
    return [
        (
            str(term(field.label)),
            [(one["name"], reverse("files:download", args=[one["file"]])) for one in case.data[field.key]],
        )
        for field in fields
        if field.kind == "files" and case.data.get(field.key) and fits(field, case.data[field.key])
    ]


def words_of(field: Field, value: Any, named: Mapping[tuple[str, Any], str]) -> str:
    """A kept value as people read it."""
    match field.kind:
        case "person" | "unit" | "room":
            said = named.get((field.kind, value), value)
        case "money":
            said = format_yuan(int(value))
        case "date":
            said = dates.short_day(date.fromisoformat(value), None)
        case "span":
            said = dates.span_words(date.fromisoformat(value["first"]), date.fromisoformat(value["last"]))
        case "promise":
            said = _("已承诺") if value else _("未承诺")
        case "one_of" | "some_of":
            chosen = value if isinstance(value, list) else [value]
            said = "、".join(named.get((field.choices_from, one)) or str(term(one)) for one in chosen)
        case _:
            said = value
    return str(said)


def timeline_of(case: Case) -> list[Event]:
    entries = list(case.entries.order_by("pk"))
    steps = names_of_steps(case, {one.step for one in entries if one.step})
    return [event_of(entry, steps) for entry in entries]


def why_cancelled(case: Case) -> str:
    words = case.entries.filter(verb="cancelled").order_by("-pk").values_list("words", flat=True)
    return words.first() or ""


def event_of(entry: Entry, steps: Mapping[str, str]) -> Event:
    step = steps.get(entry.step, "")
    what = f"{term(step)}：{VERBS.get(entry.verb, entry.verb)}" if step else str(VERBS.get(entry.verb, entry.verb))
    return Event(what, entry.actor, entry.at, entry.words)


def sealed_facts(case: Case, steps: Container[str]) -> list[tuple[str, str]]:
    """Opened for who works at these steps: whoever calls it has noted the look."""
    sealed = json.loads(case.sealed) if case.sealed else {}
    fields = [field for field in open_at(case.body.fields(), steps) if field.key in sealed]
    return [(str(term(field.label)), str(sealed[field.key])) for field in fields]


def took_words(definition: Definition) -> str:
    """What is promised, and how long it really takes."""
    promise = _("承诺 %(promise)s内办完") % {"promise": hours.in_words(definition.promise)}
    if definition.usual_minutes is None or definition.longer_minutes is None:
        return promise
    usual, longer = hours.in_words(definition.usual_minutes), hours.in_words(definition.longer_minutes)
    took = _("最近 90 天：一半在 %(usual)s内，九成在 %(longer)s内") % {"usual": usual, "longer": longer}
    return f"{promise} · {took}"


def waited_words(case: Case) -> str:
    """How long the clock has stood: shown as waiting for the applicant."""
    if case.stopped_at is None:
        return ""
    waited = int((now() - case.stopped_at).total_seconds() // 3600)
    return _("%(days)s 天 %(hours)s 小时") % {"days": waited // 24, "hours": waited % 24}
