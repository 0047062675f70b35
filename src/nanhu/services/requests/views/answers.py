"""The answering desk (咨询答复): what was asked of one's unit; answer, hand on, make public."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, F, Q
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.database.prepared import AnyOf, Given, Prepared, counted
from nanhu.kernel.kit import Console, Empty, PageRequest, listing
from nanhu.kernel.kit.records import seen
from nanhu.kernel.kit.waiting import entered
from nanhu.kernel.registry import Viewer, answer_books
from nanhu.platforms.people import api as people
from nanhu.services.requests import policies
from nanhu.services.requests.forms import AnswerForm, PublishForm, TransferForm
from nanhu.services.requests.models import Request
from nanhu.services.requests.models.requests import QUESTIONS
from nanhu.services.requests.queries import answers_like
from nanhu.services.requests.services import answering
from nanhu.services.requests.views.shared import LATE, OpenFilters, Questions, called, show_request

State = Request.State
desk = Console(
    "requests:answers",
    _("咨询答复"),
    icon="message-circle-question-mark",
    owner=_("服务大厅"),
    description=_("问到本单位的政策咨询和信息服务"),
    roles=[policies.ANSWERER_ROLE],
    allows=lambda viewer: bool(viewer.roles & {policies.ANSWERER, policies.LEADER}),
    menu=[policies.ANSWERER, policies.LEADER],
    order=40,
)
UNITS = ArrayField(BigIntegerField())
BOTH = (policies.ANSWERER, policies.LEADER)


def new_questions() -> Any:
    return Request.objects.filter(kind__in=QUESTIONS, state=State.NEW)


new = entered("requests.new_questions", lambda: new_questions().filter(is_with_leader=False))
with_leader = entered("requests.questions", lambda: new_questions().filter(Q(is_with_leader=True) | LATE))


def waiting(viewer: Viewer) -> int:
    """For the head of the hall also what is late: perhaps nobody answers for that unit."""
    if policies.ANSWERER not in viewer.roles:
        return with_leader(viewer)
    if policies.LEADER in viewer.roles or not new(viewer):
        return new(viewer)
    return NEW_OF_UNITS.first(units=list(people.own_unit_ids(viewer))) or 0


NEW_OF_UNITS: Prepared[Any] = Prepared(
    lambda: counted(new_questions().filter(AnyOf(F("unit_id"), Given("units", UNITS)), is_with_leader=False))
)


@desk.page("", title=_("咨询"), tab=_("咨询"), roles=BOTH, waits=True, count=waiting)
def questions(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有问到本单位的"), icon="inbox")
    rows = policies.questions(request.viewer).order_by("-day", "due_at")
    return listing(request, Questions, rows, OpenFilters, empty=none)


@questions.page("<uuid:public_id>/", title=_("咨询"), subject=seen(policies.questions, Request.what), about=called)
def request(request: PageRequest, found: Request) -> HttpResponse:
    links = [answer] if found.state in {State.NEW, State.DONE} else []
    links += [transfer] if found.state == State.NEW else []
    links += [publish] if can_publish(found) else []
    hits = answers_like(found.words) if found.state == State.NEW else ()
    return show_request(request, found, links=links, hits=hits)


def can_publish(found: Request) -> bool:
    return found.kind in QUESTIONS and found.state in {State.DONE, State.CLOSED} and len(answer_books) > 0


@request.form("answer/", AnswerForm, title=_("答复"), done=_("已答复。"))
def answer(request: PageRequest, form: AnswerForm, found: Request) -> None:
    answering.answer(by=request.actor, request=found, words=form.cleaned_data["words"])


@request.form("transfer/", TransferForm, title=_("转办"), done=_("已转。"), to="questions")
def transfer(request: PageRequest, form: TransferForm, found: Request) -> None:
    said, is_leader = form.cleaned_data, policies.LEADER in request.viewer.roles
    answering.transfer(
        by=request.actor, request=found, unit=said["unit"].id, reason=said["reason"], is_leader=is_leader
    )


@request.form(
    "publish/",
    PublishForm,
    title=_("公开为常见问答"),
    lead=_("大家搜得到；以本单位的名义，由本单位每年确认一次。"),
    done=_("已公开。"),
)
def publish(request: PageRequest, form: PublishForm, found: Request) -> None:
    answering.publish(by=request.actor, request=found, **form.cleaned_data)
