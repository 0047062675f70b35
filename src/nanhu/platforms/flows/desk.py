"""待办与申请: what waits for me, what I applied for, what my unit has running, who stands in for me."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.actors import note_opening
from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import (
    Badge,
    Console,
    Day,
    Days,
    Due,
    Empty,
    Filters,
    FormPage,
    Link,
    Markup,
    Moment,
    OwnChoice,
    Page,
    PageRequest,
    Person,
    Search,
    Span,
    Table,
    Text,
    Views,
    form_of,
    listing,
)
from nanhu.kernel.kit.bulk import bulk
from nanhu.kernel.kit.columns import Reader
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import Seen, record, seen
from nanhu.kernel.kit.submissions import token_of
from nanhu.kernel.kit.suggestions import read_by
from nanhu.kernel.registry import Text as Words
from nanhu.kernel.registry import Viewer
from nanhu.kernel.sheets.writing import attachment, sheet_response
from nanhu.kernel.ui.words import term
from nanhu.platforms.flows import choices, exporting, presented, queries
from nanhu.platforms.flows import papers as papers_shown
from nanhu.platforms.flows.codewords import word_of
from nanhu.platforms.flows.errors import StepFormError
from nanhu.platforms.flows.forms import (
    DecideForm,
    DelegationForm,
    ExportForm,
    FlowForm,
    HandOverForm,
    LookForm,
    PaperForm,
    RatingForm,
    SignerForm,
    initial_of,
)
from nanhu.platforms.flows.history import earlier_steps, step_of
from nanhu.platforms.flows.models import Case, Definition, Delegation, PaperEntry, Task
from nanhu.platforms.flows.policies import LIVING
from nanhu.platforms.flows.presented import TaskRow, task_rows
from nanhu.platforms.flows.printing import print_case
from nanhu.platforms.flows.services import adding, cases, delegations, fees, papering, tasks
from nanhu.platforms.flows.services.announcing import announcement_of
from nanhu.platforms.flows.services.definitions import current_version
from nanhu.platforms.flows.statistics import bars_of, statistics_of, waiting_steps
from nanhu.platforms.identity.api import fresh_sign_in_required
from nanhu.platforms.people import api as people

TODOS_SHOWN = 20
WORDS_AHEAD = 14
SERVICE = _("这项服务")
LARGEST_FORM = 60_000_000
"""Bytes of a form with its attachments."""
STANDING = {"urged": _("催办"), "late": _("已超期"), "soon": _("快到期"), "open": _("待办")}


def is_person(viewer: Viewer) -> bool:
    return viewer.person_id is not None


desk = Console(
    "flows",
    _("待办与申请"),
    icon="list-checks",
    owner=_("信息中心"),
    description=_("等我办的事，我交的申请办到哪一步"),
    allows=is_person,
    section="service",
    bar=_("待办"),
    order=9,
)


class Todos(Table):
    what = Link(_("事项"), "name", to="task", sort=False)
    who = Text(_("申请人"), "task__case__applicant_name", sort=False)
    facts = Markup(_("要点"), "flows/_facts.html", sort=False)
    standing = Badge(_("状态"), names=STANDING, tones={"late": "bad", "urged": "warn", "soon": "warn"}, sort=False)
    due = Moment(_("期限"), "due_at", sort=False)
    actions = Markup(_("办理"), "flows/_actions.html", sort=False)


class TodoFilters(Filters):
    q = Search("case__number", "case__applicant_name", "case__definition__name", label=_("编号、申请人或流程"))
    flow = OwnChoice(_("流程"), queries.flows_met, field="case__definition__key")


@desk.page(
    "",
    title=_("待办"),
    tab=_("待办"),
    count=queries.count_todos,
    lead=_("等您办的事都在这里：申请、复核、确认。"),
)
def todo(request: PageRequest) -> HttpResponseBase:
    person_id = queries.person_of(request.viewer)

    def rows(page: Sequence[Any]) -> list[TaskRow]:
        return task_rows(page, person_id=person_id)

    facts = {"work": queries.other_work(request.viewer)}
    none = Empty(title=_("没有等您办的事"), icon="circle-check", text=_("新的待办会出现在这里。"))
    if facts["work"]:
        none = Empty(title=_("没有等您办的申请"), icon="circle-check", text=_("等您办的别的事在下面。"))
    found = queries.todo_tasks(request.viewer)
    return listing(
        request,
        Todos,
        found,
        TodoFilters,
        each=rows,
        empty=none,
        per_page=TODOS_SHOWN,
        count=queries.count_tasks(request.viewer),
        bulk="agree_to_several" if queries.IN_BULK() else "",
        template="flows/todo.html",
        facts=facts,
    )


class Chosen(Table):
    """What is agreed to at once, before it is done."""

    what = Text(_("事项"), "case__definition__name", is_term=True, sort=False)
    who = Text(_("申请人"), "case__applicant_name", sort=False)
    number = Text(_("编号"), "case__number", is_number=True, sort=False)


def to_agree(request: PageRequest) -> QuerySet[Task]:
    """What waits for this reader, with whether he opened it."""
    is_opened = Q(seen_by__contains=[queries.person_of(request.viewer)])
    rows = queries.waiting(request.viewer).select_related("case__definition")
    return rows.annotate(is_opened=ExpressionWrapper(is_opened, output_field=BooleanField()))


def why_one_by_one(task: Any) -> str:
    return tasks.why_one_by_one(task, is_opened=task.is_opened)


@bulk(
    todo,
    "agree/",
    forms.Form,
    title=_("同意选中的"),
    lead=_("只有打开看过的、流程允许一起办的，才能一起同意；没有看过的请一件一件打开。"),
    submit=_("全部同意"),
    icon="check",
    rows=to_agree,
    table=Chosen,
    refuses=why_one_by_one,
    to="todo",
    done=lambda count: _("%(count)s 件已同意。") % {"count": count},
)
def agree_to_several(request: PageRequest, form: forms.Form, chosen: Sequence[Task]) -> int:  # noqa: ARG001 - nothing is asked
    person_id = queries.person_of(request.viewer)
    return tasks.agree_to_several(by=request.actor, person_id=person_id, tasks=chosen)


class OutsideTodos(Table):
    what = Markup(_("事项"), "flows/_outside.html", sort=False)
    source = Text(_("来自"), "source__name", is_term=True, sort=False)
    due = Moment(_("期限"), "due_at", sort=False)
    pushed = Moment(_("时间"), "pushed_at", sort=False)


@todo.page("outside/", title=_("别的系统的待办"), lead=_("点开就到原来的系统去办；办完了，那边会告诉这里。"))
def outside(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有别的系统的待办"), icon="circle-check")
    return listing(request, OutsideTodos, queries.outside_todos(request.viewer), empty=none)


def seen_task(request: PageRequest, public_id: UUID) -> Task:
    return queries.task_for(request.viewer, public_id)


@todo.page("tasks/<uuid:public_id>/", title=_("待办"), subject=Seen(seen_task))
def task(request: PageRequest, found: Task) -> HttpResponseBase:
    person_id, case = queries.person_of(request.viewer), found.case
    is_open = found.state in LIVING and queries.waiting(request.viewer).filter(pk=found.pk).exists()
    if is_open and request.method == "GET":
        tasks.see(task=found, person_id=person_id)
    step, paper = step_of(case, found.step, found.kind), papers_shown.shown_in(case, person_id)
    asked = () if found.is_added else step.fields
    decisions = tasks.OPINIONS if found.is_added else tasks.DECISIONS.get(found.kind, frozenset())
    row, seen = task_rows([found], person_id=person_id)[0], presented.fields_at(found)
    if is_open and step.proves and request.actor.is_fresh:
        note_opening(request, desk.address("decide", {"public_id": found.public_id}))
    more = presented.subject_pages.get(case.subject_key)
    back = steps_back(found) if is_open and step.can_return and "return" in decisions else []
    earlier = Case.objects.filter(applicant_id=case.applicant_id, definition=case.definition).exclude(pk=case.pk)
    return render(
        request,
        "flows/task.html",
        {
            "task": found,
            "announcement": announcement_of(case),
            "row": row,
            "case": case,
            "step": step,
            "is_open": is_open,
            **said_in(case, seen, paper),
            "hides": paper.hides and is_open,
            "subject_url": more(request.viewer, case.subject_id) if more else "",
            "events": presented.timeline_of(case),
            "decide_form": decide_form(request, asked, back, found),
            "may_return": step.can_return and (case.applicant_id is not None or bool(back)),
            "decisions": sorted(decisions, key=["agree", "done", "return", "refuse"].index),
            "hand_over": form_of(request, HandOverForm, initial={"revision": found.revision}),
            "signer": form_of(request, SignerForm, initial={"revision": found.revision}),
            "addresses": {
                name: desk.address(name, {"public_id": found.public_id})
                for name in ("decide", "claim", "release", "transfer", "add_signer", "reveal_paper")
            },
            "can_claim": is_open and found.person_id is None and found.claimed_by_id is None,
            "is_claimed": is_open and found.claimed_by_id is not None and found.person_id is None,
            "earlier": earlier.order_by("-opened_at")[:5] if case.applicant_id else (),
        },
    )


def said_in(case: Case, seen: Sequence[Any], paper: papers_shown.Shown) -> dict[str, Any]:
    """What a case says to who sees these fields, and of the paper that it checks."""
    return {
        "case_facts": [*presented.facts_of(case, seen), *paper.facts],
        "case_rows": [*presented.rows_of(case, seen), *paper.rows],
        "case_files": [*presented.files_of(case, seen), *paper.files],
    }


def decide_form(request: PageRequest, asked: Sequence[Any], back: Sequence[tuple[str, str]], found: Task) -> DecideForm:
    """Refused, with what was typed and what is wrong with it."""
    if isinstance(request.failed_form, DecideForm):
        return DecideForm(request.POST, request.FILES, asked=asked, steps=back)
    return DecideForm(asked=asked, steps=back, initial={"revision": found.revision})


def steps_back(task: Task) -> list[tuple[str, str]]:
    """The applicant first, where there is one."""
    found = [(key, term(task.case.body.step(key).name)) for key in earlier_steps(task)]
    applicant = [("", _("申请人"))] if task.case.applicant_id is not None else []
    return [*applicant, *found] if found else []  # type: ignore[list-item]


def decided_words(case: Case) -> str:
    """Where the case ended because what was decided could not be done, it is said why."""
    if case.outcome != Case.Outcome.CANCELLED:
        return str(_("已办理。"))
    return _now("没有办成：%(why)s") % {"why": presented.why_cancelled(case)}


@task.action("decide/", form=DecideForm, to="todo", done=decided_words, largest_file=LARGEST_FORM)
def decide(request: PageRequest, form: DecideForm, found: Task) -> Case:
    said = form.cleaned_data
    asked = () if found.is_added else step_of(found.case, found.step, found.kind).fields
    more = read_by(FlowForm(request.POST, request.FILES, asked=asked), request.viewer)
    if asked and said["decision"] in {"agree", "done"} and not more.is_valid():
        raise StepFormError
    return tasks.decide(
        by=request.actor,
        person_id=queries.person_of(request.viewer),
        task=found,
        decision=said["decision"],
        comment=said["comment"],
        revision=said["revision"],
        data=more.said() if asked and more.is_valid() else None,
        to_step=said["to_step"],
    )


def look_page(
    page: Page, path: str, title: Words, found: Callable[[PageRequest, UUID], object]
) -> Callable[[Callable[..., HttpResponseBase]], FormPage]:
    """What is sealed below a page, opened for a purpose by who proved lately who he is: a look, of which its owner is told."""
    return page.form(
        path,
        LookForm,
        title=title,
        lead=_("查看和原因会记入“谁查看过我”。"),
        subject=Seen(found),
        guards=(fresh_sign_in_required,),
        submit=_("查看"),
        icon="eye",
        template="flows/reveal.html",
    )


def paper_to_reveal(request: PageRequest, public_id: UUID) -> PaperEntry:
    return queries.paper_to_reveal(request.viewer, public_id)


@look_page(task, "paper/", _("查看纸质单里隐去的内容"), paper_to_reveal)
def reveal_paper(request: PageRequest, form: LookForm, found: PaperEntry) -> HttpResponseBase:
    case = papers_shown.check_of(found)
    papering.note_look(by=request.actor, entry=found, case=case, purpose=form.cleaned_data["purpose"])
    facts, rows = papers_shown.revealed(found)
    return render(request, "flows/revealed.html", {"case": case, "sealed": facts, "case_rows": rows})


@task.action("claim/", done=_("已认领，别人不会再办。"))
def claim(request: PageRequest, found: Task) -> None:
    tasks.claim(by=request.actor, person_id=queries.person_of(request.viewer), task=found)


@task.action("release/", done=_("已放回。"))
def release(request: PageRequest, found: Task) -> None:
    tasks.release(by=request.actor, person_id=queries.person_of(request.viewer), task=found)


@task.action("transfer/", form=HandOverForm, to="todo", done=_("已转交。"))
def transfer(request: PageRequest, form: HandOverForm, found: Task) -> None:
    said = form.cleaned_data
    tasks.transfer(
        by=request.actor,
        person_id=queries.person_of(request.viewer),
        task=found,
        to_id=said["person"],
        comment=said["comment"],
        revision=said["revision"],
    )


@task.action("signer/", form=SignerForm, to="todo", done=_("已请他会签。"))
def add_signer(request: PageRequest, form: SignerForm, found: Task) -> None:
    said = form.cleaned_data
    tasks.add_signer(
        by=request.actor,
        person_id=queries.person_of(request.viewer),
        task=found,
        signer_id=said["person"],
        where=said["where"],
        comment=said["comment"],
        revision=said["revision"],
    )


@desk.page("new/", title=_("新的申请"), tab=_("新的申请"), lead=_("学校已经知道的不用再填。"))
def services(request: PageRequest) -> HttpResponseBase:
    found = [(one, one.summary, queries.address_of(one.key)) for one in queries.offered_services(request.viewer)]
    none = _("现在没有可以在这里申请的服务")
    return render(request, "flows/services.html", {"services": found, "none": none})


def seen_service(request: PageRequest, key: str) -> Definition:
    return queries.service_for(request.viewer, key)


def known_facts(request: PageRequest, definition: Definition) -> list[tuple[str, str, object]]:
    """Label, value and source of what the school fills in."""
    card = people.person_card(queries.person_of(request.viewer))
    fields = [field for field in current_version(definition.key).body.form if field.source]
    found, names = choices.known(fields, card, faces=definition.faces), choices.source_names()
    return [(term(one.label), found[one.key], names.get(one.source, "")) for one in fields]


@services.form(
    "<str:key>/",
    FlowForm,
    title=_("填写申请"),
    subject=Seen(seen_service),
    arguments=lambda _request, definition: {"asked": current_version(definition.key).body.form},
    initial=lambda request, definition: queries.draft_of(request.viewer, definition),
    facts=lambda request, definition: {
        "known": known_facts(request, definition),
        "definition": definition,
        "took": presented.took_words(definition),
        "draft": desk.address("draft", {"key": definition.key}),
        "has_draft": request.method == "GET" and bool(queries.draft_of(request.viewer, definition)),
        "forget": desk.address("forget_draft", {"key": definition.key}),
    },
    template="flows/apply.html",
    submit=_("提交申请"),
    largest_file=LARGEST_FORM,
    icon="send",
    to="case",
    done=lambda case: _("已提交，编号 %(number)s。") % {"number": case.number},
)
def apply(request: PageRequest, form: FlowForm, definition: Definition) -> Case:
    person_id = queries.person_of(request.viewer)
    case = cases.open_case(
        by=request.actor,
        key=definition.key,
        applicant_id=person_id,
        data=form.said() | sourced(current_version(definition.key).body.form, person_id, definition),
        token=token_of(request),
    )
    cases.drop_draft(person_id=person_id, definition=definition)
    return case


@apply.page("draft/", title=_("草稿"), posts=True)
def draft(request: PageRequest, definition: Definition) -> HttpResponseBase:
    """What was typed so far, kept while one types."""
    if request.method != "POST":
        return redirect(desk.address("apply", {"key": definition.key}))
    form = FlowForm(request.POST, asked=current_version(definition.key).body.form)
    cases.keep_draft(person_id=queries.person_of(request.viewer), key=definition.key, data=form.typed())
    return HttpResponse(status=204)


@apply.action("forget/", done=_("草稿已清空。"))
def forget_draft(request: PageRequest, definition: Definition) -> None:
    cases.drop_draft(person_id=queries.person_of(request.viewer), definition=definition)


@translation.override(settings.LANGUAGE_CODE)
def sourced(fields: Sequence[Any], person_id: int, definition: Definition) -> dict[str, str]:
    """As the case keeps it, whoever reads the form."""
    return choices.known(fields, people.person_card(person_id), faces=definition.faces)


class MyCases(Table):
    name = Link(_("申请"), "definition__name", to="case", is_term=True, sort=False)
    what: Text | None = Text(_("要点"), "said", sort=False)
    number = Text(_("编号"), is_number=True, is_wide=True)
    state = Badge(
        _("状态"),
        lambda case: case.outcome or case.state,
        names={**dict(Case.State.choices), **dict(Case.Outcome.choices)},
        tones={"granted": "good", "refused": "bad", "returned": "warn", "running": "info"},
        tone="none",
        sort="state outcome",
    )
    opened = Moment(_("提交时间"), "opened_at")
    due: Moment = Due(_("期限"), lambda case: None if case.state == Case.State.CLOSED else case.due_at, sort="due_at")
    percent = Text(_("进度"), lambda case: f"{case.percent}%", sort="percent", is_number=True, is_wide=True)


STATES = {
    "open": (_("在办"), Q(state__in=["running", "returned"])),
    "returned": (_("等我改"), Q(state="returned")),
    "closed": (_("办结"), Q(state="closed")),
}


class CaseFilters(Filters):
    q = Search("number", "definition__name", "applicant_name", label=_("编号、申请人或流程"))
    show = Views(STATES)


@desk.page("mine/", title=_("我的申请"), tab=_("我的申请"))
def mine(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有交过申请"), icon="file-plus", action=_("看看能办什么"), to="services")
    return listing(
        request, MyCases, queries.my_cases(request.viewer), CaseFilters, each=presented.with_what_was_said, empty=none
    )


def seen_case(request: PageRequest, public_id: UUID) -> Case:
    return queries.case_for(request.viewer, public_id)


def own_case(request: PageRequest, public_id: UUID) -> Case:
    return queries.own_case(request.viewer, public_id)


def own_growing_case(request: PageRequest, public_id: UUID) -> Case:
    found = queries.own_case(request.viewer, public_id)
    if not adding.fields_for(found):
        raise NotFoundError(what=_("这个页面"))
    return found


@mine.page("/cases/<uuid:public_id>/", title=_("申请"), subject=Seen(seen_case))
def case(request: PageRequest, found: Case) -> HttpResponseBase:
    is_mine = found.applicant_id == request.viewer.person_id
    seen = presented.fields_for(found, request.viewer.person_id)
    return render(
        request,
        "flows/case.html",
        {
            "case": found,
            "is_mine": is_mine,
            "state": MyCases.state.shown(found, Reader()),
            **said_in(found, seen, papers_shown.shown_in(found, queries.person_of(request.viewer))),
            "events": presented.timeline_of(found),
            "holders": presented.holder_words(queries.living_tasks(found)),
            "owed": [(bill, fees.last_day(bill)) for bill in fees.owed_bills(found)],
            "waited": presented.waited_words(found),
            "has_sealed": queries.may_reveal(request.viewer, found),
            "may_reopen": cases.may_reopen(found, queries.person_of(request.viewer)),
            "may_add": is_mine and bool(adding.fields_for(found)),
            "may_rate": is_mine and cases.may_rate(found),
            "may_urge": is_mine and found.state == Case.State.RUNNING and not cases.was_urged_today(found),
            "took": presented.took_words(found.definition),
            "addresses": {
                name: desk.address(name, {"public_id": found.public_id})
                for name in ("urge", "withdraw", "resubmit", "add_papers", "reveal", "reopen", "rate", "print_paper")
            },
        },
    )


@case.action("urge/", subject=Seen(own_case), done=_("已催办。"))
def urge(request: PageRequest, found: Case) -> None:
    cases.urge(by=request.actor, person_id=queries.person_of(request.viewer), case=found)


@case.action("withdraw/", subject=Seen(own_case), done=_("已撤回。"))
def withdraw(request: PageRequest, found: Case) -> None:
    cases.withdraw(by=request.actor, person_id=queries.person_of(request.viewer), case=found)


@case.form(
    "resubmit/",
    FlowForm,
    title=_("改好再交"),
    subject=Seen(own_case),
    arguments=lambda _request, found: {"asked": found.body.form},
    initial=lambda _request, found: initial_of(found.body.form, found.data),
    facts=lambda _request, found: {"events": presented.timeline_of(found)[-2:], "definition": found.definition},
    template="flows/apply.html",
    submit=_("再次提交"),
    largest_file=LARGEST_FORM,
    icon="send",
    done=_("已再次提交。"),
)
def resubmit(request: PageRequest, form: FlowForm, found: Case) -> Case:
    person_id = queries.person_of(request.viewer)
    data = form.said() | sourced(found.body.form, person_id, found.definition)
    return cases.resubmit(by=request.actor, person_id=person_id, case=found, data=data)


@case.form(
    "papers/",
    FlowForm,
    title=_("补充材料"),
    lead=_("添上的附件马上看得到，已有的不能拿掉；办理的人会收到通知。"),
    subject=Seen(own_growing_case),
    arguments=lambda _request, found: {"asked": adding.fields_for(found)},
    submit=_("补充"),
    largest_file=LARGEST_FORM,
    icon="paperclip",
    done=_("已补充。"),
)
def add_papers(request: PageRequest, form: FlowForm, found: Case) -> Case:
    person_id = queries.person_of(request.viewer)
    return adding.add_papers(by=request.actor, person_id=person_id, case=found, data=form.said())


@case.action("print/", subject=Seen(own_case))
def print_paper(request: PageRequest, found: Case) -> HttpResponseBase:
    return redirect("files:download", print_case(by=request.actor, case=found).file.public_id)


@case.form("reopen/", ReasonForm, title=_("重新办理"), icon="rotate-ccw", submit=_("重新办理"), done=_("已重新办理。"))
def reopen(request: PageRequest, form: ReasonForm, found: Case) -> None:
    person_id, reason = queries.person_of(request.viewer), form.cleaned_data["reason"]
    cases.reopen(by=request.actor, person_id=person_id, case=found, reason=reason)


@case.form("rate/", RatingForm, title=_("评价这次办理"), subject=Seen(own_case), icon="star", done=_("谢谢，已记下。"))
def rate(request: PageRequest, form: RatingForm, found: Case) -> None:
    cases.rate(by=request.actor, person_id=queries.person_of(request.viewer), case=found, **form.cleaned_data)


def revealed_case(request: PageRequest, public_id: UUID) -> Case:
    return queries.revealed_case(request.viewer, public_id)


@look_page(case, "reveal/", _("查看证件号码"), revealed_case)
def reveal(request: PageRequest, form: LookForm, found: Case) -> HttpResponseBase:
    cases.note_look(by=request.actor, case=found, purpose=form.cleaned_data["purpose"])
    steps = queries.waiting(request.viewer).filter(case=found).values_list("step", flat=True)
    return render(request, "flows/revealed.html", {"case": found, "sealed": presented.sealed_facts(found, set(steps))})


class UnitCases(MyCases):
    """Not what for: some steps alone see that. Of a closed one, too, by when it was due."""

    what = None
    who = Text(_("申请人"), "applicant_name")
    due = Moment(_("期限"), "due_at")
    origin = Text(_("怎么办的"), lambda case: str(_("应急补录")) if case.is_on_paper else "", is_wide=True, sort=False)


class UnitCaseFilters(CaseFilters):
    show = Views({**STATES, "returned": (_("退回修改"), STATES["returned"][1])})
    flow = OwnChoice(_("流程"), queries.flows_of_unit, field="definition__key")
    opened = Days(_("提交"), field="opened_at__date")


@desk.page("unit/", title=_("本单位的申请"), tab=_("本单位的申请"), allows=queries.leads_a_unit)
def unit(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有申请"), icon="inbox", text=_("您负责的单位主管的流程，申请都列在这里。"))
    return listing(
        request,
        UnitCases,
        queries.unit_cases(request.viewer),
        UnitCaseFilters,
        empty=none,
        export_as="本单位的申请",
        template="flows/unit.html",
        facts={
            "bars": bars_of(waiting_steps(request.viewer)),
            "statistics": unit_statistics.address(),
            "exports": export.address(),
            "papers": papers.address() if queries.paper_services(request.viewer).exists() else "",
        },
    )


@unit.download("statistics.json")
def unit_statistics(request: PageRequest) -> HttpResponseBase:
    return attachment(JsonResponse(statistics_of(request.viewer)), "statistics.json")


@unit.page(
    "export/",
    title=_("导出申请的内容"),
    lead=_("一件一行，表里的每一项一列。只给部分步骤看的不导出；要连同证件号码，另外写明用途。"),
)
def export(request: PageRequest) -> HttpResponseBase:
    found = queries.unit_flows(request.viewer)
    lines = [(one, export_cases.address(key=one.key), export_sealed.address(key=one.key)) for one in found]
    return render(request, "flows/exports.html", {"lines": lines})


@export.download("<str:key>/cases.xlsx")
def export_cases(request: PageRequest, key: str) -> HttpResponseBase:
    definition = record(queries.unit_flows(request.viewer), SERVICE)(key=key)
    found = exporting.cases_of(definition)
    exporting.note_export(by=request.actor, definition=definition, cases=found)
    return sheet_response(exporting.lines_of(found), str(term(definition.name)), "xlsx")


@export.form(
    "<str:key>/sealed/",
    ExportForm,
    title=_("连同证件号码导出"),
    lead=_("每一位申请人都会在“谁查看过我”里看到这次导出和用途。"),
    subject=seen(queries.unit_flows, SERVICE),
    guards=(fresh_sign_in_required,),
    submit=_("导出"),
    icon="download",
)
def export_sealed(request: PageRequest, form: ExportForm, definition: Definition) -> HttpResponseBase:
    found, purpose = exporting.cases_of(definition), form.cleaned_data["purpose"]
    exporting.note_export(by=request.actor, definition=definition, cases=found, purpose=purpose)
    return sheet_response(exporting.lines_of(found, with_sealed=True), str(term(definition.name)), "xlsx")


@unit.page(
    "paper/",
    title=_("应急补录"),
    lead=_(
        "停电、系统不通时按应急办法在纸上办了的，事后在这里补录：一人补录，主管单位负责人（或他的上级）与纸质单核对。"
    ),
)
def papers(request: PageRequest) -> HttpResponseBase:
    found = [(one, one.fallback, enter_paper.address(key=one.key)) for one in queries.paper_services(request.viewer)]
    none = _("您负责的流程都没有写应急办法：在“流程设计”里写上，就能补录。")
    return render(request, "flows/services.html", {"services": found, "none": none, "words": code_words.address()})


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeWord:
    day: date
    name: str
    word: str


class CodeWords(Table):
    day = Day(_("哪天"), sort=False)
    name = Text(_("流程"), is_term=True, sort=False)
    word = Text(_("当天口令"), sort=False)


@papers.page(
    "words/",
    title=_("当天口令"),
    lead=_("系统不通时在电话里决定的，说出当天的口令，门卫、窗口对得上才办。请事先打印，交给值班的人；不要发到群里。"),
)
def code_words(request: PageRequest) -> HttpResponseBase:
    """Of the days that one prints ahead."""
    days = [campus_today() + timedelta(days=number) for number in range(WORDS_AHEAD)]
    found = list(queries.paper_services(request.viewer))
    rows = [CodeWord(day=day, name=one.name, word=word_of(one.key, day)) for day in days for one in found]
    return listing(request, CodeWords, rows, empty=Empty(title=_("您负责的流程都没有写应急办法"), icon="inbox"))


@papers.form(
    "<str:key>/",
    PaperForm,
    title=_("补录一张纸质单"),
    subject=seen(queries.paper_services, SERVICE),
    arguments=lambda _request, definition: {"asked": current_version(definition.key).body.form},
    facts=lambda _request, definition: {"definition": definition},
    template="flows/paper.html",
    submit=_("交去核对"),
    largest_file=LARGEST_FORM,
    icon="file-check",
    to="case",
    done=lambda case: _("已交主管单位负责人核对，编号 %(number)s。") % {"number": case.number},
    proves=True,
)
def enter_paper(request: PageRequest, form: PaperForm, definition: Definition) -> Case:
    said = form.cleaned_data
    return papering.enter(
        by=request.actor,
        person_id=queries.person_of(request.viewer),
        token=token_of(request) or uuid4(),
        definition=definition,
        data=form.said() | sourced(current_version(definition.key).body.form, said["paper_applicant"], definition),
        paper=papering.Paper(
            applicant_id=said["paper_applicant"],
            outcome=said["paper_outcome"],
            decider_id=said["paper_decider"],
            decided_on=said["paper_day"],
            number=said["paper_number"],
            reason=said["paper_reason"],
            photos=said["paper_photos"],
            word=said["paper_word"],
        ),
    )


class Delegations(Table):
    owner = Person(_("委托人"), "owner_id", sort=False)
    delegate = Person(_("受托人"), "delegate_id", sort=False)
    definition = Text(
        _("流程"), lambda one: one.definition.name if one.definition else str(_("全部")), is_term=True, sort=False
    )
    days = Span(_("日期"))
    state = Badge(
        _("状态"),
        lambda one: "over" if one.ended_at or one.ends_on < campus_today() else "on",
        names={"on": _("有效"), "over": _("已结束")},
        tones={"on": "good"},
        tone="none",
        sort=False,
    )
    actions = Markup(_("操作"), "flows/_delegation.html", sort=False)


@desk.page(
    "delegation/",
    title=_("委托"),
    tab=_("委托"),
    lead=_("出差、请假时请同事代办。代办的记录写明代谁办的；受托人不能再转托，也不能办自己的申请。"),
    allows=lambda viewer: is_person(viewer) and "staff" in viewer.faces,
)
def delegation(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有委托"), icon="users-round", action=_("委托同事"), to="delegate")

    def rows(page: Sequence[Delegation]) -> Sequence[Delegation]:
        for one in page:
            one.may_end = one.owner_id == request.viewer.person_id and one.ended_at is None  # type: ignore[attr-defined]
        return page

    found = queries.delegations_of(request.viewer)
    return listing(request, Delegations, found, each=rows, empty=none, template="flows/delegations.html")


@delegation.form("new/", DelegationForm, title=_("委托同事"), icon="user-plus", done=_("已委托。"))
def delegate(request: PageRequest, form: DelegationForm) -> None:
    said = form.cleaned_data
    delegations.delegate(
        by=request.actor,
        owner_id=queries.person_of(request.viewer),
        delegate_id=said["delegate"],
        definition=said["definition"],
        starts_on=said["starts_on"],
        ends_on=said["ends_on"],
        reason=said["reason"],
    )


def own_delegation(request: PageRequest, public_id: UUID) -> Delegation:
    return queries.own_delegation(request.viewer, public_id)


@delegation.action("<uuid:public_id>/end/", subject=Seen(own_delegation), done=_("委托已结束。"))
def end_delegation(request: PageRequest, found: Delegation) -> None:
    delegations.end_delegation(by=request.actor, owner_id=queries.person_of(request.viewer), delegation=found)
