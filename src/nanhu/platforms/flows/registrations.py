"""What flows shows elsewhere: 待办 on the homes, one's cases as personal data, the look at sealed fields, the doctor's checks."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final, cast

from django.apps import apps
from django.db.models import Exists, OuterRef
from django.db.models.signals import post_migrate
from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.clock import now, start_of
from nanhu.kernel.registry import (
    CalendarFeed,
    Check,
    CheckResult,
    Look,
    Occurrence,
    Owner,
    PersonalData,
    SchoolRules,
    Searchable,
    TaskList,
    Text,
    Tile,
    TileContent,
    Verdict,
    Viewer,
    Waiting,
    WaitingLine,
    WaitingWork,
    address_of,
)
from nanhu.kernel.ui.dates import moment_words
from nanhu.kernel.ui.words import term
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.flows import archiving, hours, moves, queries, tutors  # noqa: F401  (its paper, the list of moves enter themselves)
from nanhu.platforms.flows.assigning import resolver_names, resolvers
from nanhu.platforms.flows.models import Case, Definition, Draft, OutsideTodo, Task, Token
from nanhu.platforms.flows.policies import LIVING, standing_in
from nanhu.platforms.flows.presented import fields_for
from nanhu.platforms.flows.services.definitions import publish_after_migrations
from nanhu.platforms.flows.services.fees import ISSUER
from nanhu.platforms.ledger import api as ledger

STUCK_SHOWN = 10
TOLD_AS_ENDED: Final = timedelta(days=30)
SPAN_OF_A_FILE: Final = timedelta(days=60)
"""Pages ask for a day, a week, a month, and show nothing that is over: they pay no query for it."""
ledger.issuers.add(ledger.Issuer(key=ISSUER, name=_("办事服务"), enquiries=_("对收费有疑问，请问这项服务的主管单位。")))
ONE_DAY = timedelta(days=1)
datahub.stand_ins.append(datahub.StandIns(rows=standing_in, of=queries.stood_in_for))


def todo_tile(viewer: Viewer) -> TileContent | None:
    """At most three by name; then all of them."""
    tasks, work, count = queries.all_that_waits(viewer)
    if not count:
        return None
    lines = [f"{task.case.applicant_name} {term(task.case.definition.name)}".strip() for task in tasks]
    lines += [f"{source.office} · {source.title} {waiting.count}" for source, waiting in work]
    is_late = any(task.urged_at is not None or task.level for task in tasks)
    return TileContent(
        value=str(count),
        caption=_("件等您办"),
        url=address_of("flows:todo"),
        tone="attention" if is_late else "plain",
        lines=tuple(lines[: queries.HOME_SHOWN]),
    )


def outside_work(viewer: Viewer, limit: int) -> Waiting | None:
    """What other systems pushed, each with its source; it is done there."""
    count = queries.count_outside(viewer)
    if not count:
        return None
    lines = [
        WaitingLine(
            title=one.title,
            url=one.address,
            since=one.pushed_at,
            facts=((_("来自"), f"{term(one.source.name)} {one.source.host}"), *due_facts(one)),
        )
        for one in (queries.outside_todos(viewer)[:limit] if limit else ())
    ]
    return Waiting(count=count, url=reverse("flows:outside"), lines=lines)


def due_facts(todo: OutsideTodo) -> tuple[tuple[Text, str], ...]:
    return ((_("期限"), moment_words(todo.due_at, now())),) if todo.due_at else ()


def outside_records(owner: Owner, since: datetime | None) -> Iterator[dict[str, Any]]:
    rows = OutsideTodo.objects.filter(person_id=owner.person_id).select_related("source").order_by("-pushed_at")
    for one in rows.filter(pushed_at__gte=since) if since else rows:
        yield {
            "source": one.source.name,
            "title": one.title,
            "address": one.address,
            "state": one.state,
            "due_at": one.due_at,
            "pushed_at": one.pushed_at,
            "done_at": one.done_at,
        }


def case_records(owner: Owner, since: datetime | None) -> Iterator[dict[str, Any]]:
    rows = Case.objects.filter(applicant_id=owner.person_id).select_related("definition", "version")
    rows = rows.order_by("-opened_at")
    for one in rows.filter(opened_at__gte=since) if since else rows:
        yield {
            "number": one.number,
            "service": one.definition.name,
            "state": one.state,
            "outcome": one.outcome,
            "opened_at": one.opened_at,
            "closed_at": one.closed_at,
            "form": said_openly(one),
        }


def said_openly(case: Case) -> dict[str, Any]:
    """Without what some steps alone see, and its applicant did not type."""
    seen = {field.key for field in fields_for(case, case.applicant_id)}
    hidden = {field.key for field in case.body.fields()} - seen
    return {key: value for key, value in case.data.items() if key not in hidden}


def draft_records(owner: Owner, since: datetime | None) -> Iterator[dict[str, Any]]:
    rows = Draft.objects.filter(person_id=owner.person_id).select_related("definition").order_by("-changed_at")
    for one in rows.filter(changed_at__gte=since) if since else rows:
        yield {"service": one.definition.name, "changed_at": one.changed_at, "form": one.data}


def deadlines(viewer: Viewer, since: date, until: date) -> Iterator[Occurrence]:
    """Until when what waits for this person has to be done."""
    if viewer.person_id is None:
        return
    first, last = start_of(since), start_of(until + ONE_DAY)
    for one in queries.todo_between(viewer, first, last):
        yield deadline_of(one)
    if until - since < SPAN_OF_A_FILE:
        return
    for one in queries.ended_between(viewer, max(first, now() - TOLD_AS_ENDED), last):
        yield deadline_of(one, is_over=True)


def deadline_of(one: Task, *, is_over: bool = False) -> Occurrence:
    """Done or taken away, it is cancelled in a calendar that had it: what only left the file would stand there for ever. Whose it is stands
    on the page alone."""
    due, process = cast("datetime", one.due_at), term(one.case.definition.name)
    return Occurrence(
        uid=f"flows.task.{one.public_id}",
        title=f"{process} {one.case.applicant_name}".strip(),
        outside_title=process,
        starts=due,
        ends=due,
        sequence=one.revision + is_over,
        changed_at=one.done_at or one.opened_at,
        url=reverse("flows:task", args=[one.public_id]),
        is_cancelled=is_over,
    )


def check_unassigned() -> CheckResult:
    """Tasks that fell to the owner's head because nobody else was found."""
    count = Task.objects.filter(state__in=LIVING, why="owner").count()
    if count:
        return CheckResult(
            verdict=Verdict.WARN,
            message=say("%(count)s 件待办没有找到办理人，落到了主管单位负责人。") % {"count": count},
            remedy=say("在“岗位任职”里补上空缺的岗位。"),
        )
    return CheckResult(verdict=Verdict.OK, message=say("每件待办都有办理人。"))


def check_stuck() -> CheckResult:
    """Steps at which everybody waits for somebody else."""
    waits = Task.objects.filter(token=OuterRef("pk"), state=Task.State.WAITING)
    goes_on = Task.objects.filter(token=OuterRef("pk"), state__in=LIVING)
    stuck = Token.objects.filter(Exists(waits), ~Exists(goes_on)).values_list("case__number", flat=True)
    if numbers := list(stuck[:STUCK_SHOWN]):
        return CheckResult(
            verdict=Verdict.FAIL,
            message=say("这些申请没有人能往下办：%(numbers)s。") % {"numbers": "、".join(numbers)},
            remedy=say("请申请人撤回重交，并把编号告诉信息中心。"),
        )
    return CheckResult(verdict=Verdict.OK, message=say("每件在办的申请都有人能往下办。"))


post_migrate.connect(publish_after_migrations, sender=apps.get_app_config("flows"), dispatch_uid="flows.definitions")
registry.tiles.add(
    Tile(key="flows.todos", title=_("待办"), load=todo_tile, order=5, icon="list-checks", insists=lambda _content: True)
)
registry.task_lists.add(
    TaskList(key="flows.todos", title=_("待办"), url=lambda: reverse("flows:todo"), count=queries.count_todos)
)
registry.personal_data.add(PersonalData(key="flows.cases", title=_("我的申请"), load=case_records, order=60))
registry.personal_data.add(
    PersonalData(key="flows.outside", title=_("别的系统给我的待办"), load=outside_records, order=61)
)
registry.personal_data.add(PersonalData(key="flows.drafts", title=_("没有交的草稿"), load=draft_records, order=62))
registry.waiting_work.add(
    WaitingWork(key="flows.outside", title=_("别的系统的待办"), office=_("各业务系统"), load=outside_work, order=5)
)
registry.calendar_feeds.add(CalendarFeed(key="flows.deadlines", title=_("待办的期限"), load=deadlines, order=40))
registry.searchables.add(
    Searchable(
        key="flows.services",
        title=_("办事流程"),
        icon="workflow",
        hits=queries.service_hits,
        of=Definition,
        key_of=lambda one: str(one.key),
        order=10,
        weight=3,
    ),
    Searchable(
        key="flows.services_for_some",
        title=_("给这类人员的流程"),
        icon="workflow",
        load=queries.services_for_some,
        order=11,
        weight=3,
    ),
)
resolver_names["flows.paper_checker"] = _("应急补录的核对人")
for kind, words in tutors.KINDS.items():
    resolvers[f"flows.{kind}"], resolver_names[f"flows.{kind}"] = partial(tutors.tutors_of, kind=kind), words
registry.looks.add(
    Look(key="flows.reveal_sealed", what=_("申请里的证件号码")),
    Look(key="flows.reveal_paper", what=_("补录的纸质单里隐去的内容")),
)
registry.checks.add(Check(key="flows.unassigned", title=_("待办的办理人"), run=check_unassigned, order=82))
registry.checks.add(Check(key="flows.stuck", title=_("在办的申请"), run=check_stuck, order=83))
registry.school_rules.add(
    SchoolRules(key="flows", read=hours.read_hours), SchoolRules(key="flows.owners", read=hours.read_owners)
)
