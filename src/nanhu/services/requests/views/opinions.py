"""The desk of public opinion (舆情研判): reports, gathered into topics. For who holds a post in 宣传部 or 党办 and the role, nobody else."""

from typing import Any

from django.db.models import Count
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Badge, Console, Day, Empty, Link, Number, PageRequest, Table, Text, list_of, listing
from nanhu.kernel.kit.forms import ReasonForm
from nanhu.kernel.kit.records import record, seen
from nanhu.kernel.kit.waiting import own_count
from nanhu.kernel.proposals import Event
from nanhu.kernel.registry import Viewer
from nanhu.services.requests import policies
from nanhu.services.requests.forms import AnswerForm, GatherForm, TopicActForm
from nanhu.services.requests.models import Request, Topic
from nanhu.services.requests.services import answering, opinions
from nanhu.services.requests.views.shared import TONES, called, show_request

State = Request.State
SEVERITY = {1: "none", 2: "info", 3: "warn", 4: "bad"}
desk = Console(
    "requests:opinions",
    _("舆情研判"),
    icon="megaphone",
    owner=_("党委宣传部"),
    description=_("舆情反映归入专题、定级、处置"),
    roles=[policies.OPINIONS_ROLE],
    order=42,
)


class Reports(Table):
    beginning = Link(_("反映"), lambda one: one.words[:60], to="request", sort=False)
    day = Day(_("哪天"))
    topic = Text(_("专题"), "topic__title")
    state = Badge(_("状态"), names=State.choices, tones=TONES)
    number = Text(_("编号"), is_number=True, is_wide=True)


class Topics(Table):
    title = Link(_("专题"), to="topic")
    severity = Badge(_("级别"), names=Topic.Severity.choices, tones=SEVERITY)  # type: ignore[arg-type]
    reports = Number(_("反映几件"))
    created_at = Day(_("立题"))
    closed_on = Day(_("结束"))


def new_opinions(person: Any) -> Any:
    return Request.objects.filter(kind=Request.Kind.OPINION, state=State.NEW).exclude(person_id=person)


new = own_count("requests.opinions", new_opinions)


def waiting(viewer: Viewer) -> int:
    return new(viewer) if policies.reads_opinions(viewer) else 0


@desk.page("", title=_("舆情"), tab=_("反映"), waits=True, count=waiting)
def reports(request: PageRequest) -> HttpResponseBase:
    title = (
        _("没有舆情反映")
        if policies.reads_opinions(request.viewer)
        else _("您没有在宣传部或党办任职，这里什么也看不到")
    )
    none = Empty(title=title, icon="megaphone")
    rows = policies.opinions(request.viewer).select_related("topic").order_by("-day")
    return listing(request, Reports, rows, empty=none)


@reports.page(
    "<uuid:public_id>/", title=_("反映"), subject=seen(policies.opinions, Request.what), about=called, opens_whole=True
)
def request(request: PageRequest, found: Request) -> HttpResponse:
    links = [gather] if found.state in {State.NEW, State.WORKING} else []
    links += [answer] if found.state in {State.NEW, State.WORKING, State.DONE} else []
    return show_request(request, found, links=links)


@request.form("topic/", GatherForm, title=_("归入专题"), done=_("已归入。"))
def gather(request: PageRequest, form: GatherForm, found: Request) -> None:
    said = form.cleaned_data
    if said["topic"]:
        opinions.gather(by=request.actor, request=found, topic=said["topic"])
    else:
        opinions.gather_anew(by=request.actor, request=found, title=said["title"], severity=said["severity"])


@request.form("answer/", AnswerForm, title=_("回复反映人"), template="requests/answer.html", done=_("已回复。"))
def answer(request: PageRequest, form: AnswerForm, found: Request) -> None:
    answering.reply(by=request.actor, request=found, words=form.cleaned_data["words"])


@desk.page("topics/", title=_("专题"), tab=_("专题"), allows=policies.reads_opinions)
def topics(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("还没有专题"), icon="folder-open")
    rows = Topic.objects.annotate(reports=Count("requests")).order_by("closed_on", "-severity", "-created_at")
    return listing(request, Topics, rows, empty=none)


@topics.page(
    "<uuid:public_id>/",
    title=_("专题"),
    subject=record(Topic.objects.all(), Topic.what),
    about=lambda one: one.title,
    opens_whole=True,
)
def topic(request: PageRequest, found: Topic) -> HttpResponse:
    rows = policies.opinions(request.viewer).filter(topic=found).select_related("topic").order_by("-day")
    events = [Event(_("处置经过"), one.who, one.at, one.words) for one in found.entries.all()]
    facts = {
        "topic": found,
        "tone": SEVERITY[found.severity],
        "events": events,
        "act": act.address(public_id=found.public_id),
        "close": close.address(public_id=found.public_id),
        "reports": list_of(request, Reports, rows, caption=_("归在这里的反映")),
    }
    return render(request, "requests/topic.html", facts)


@topic.form(
    "act/",
    TopicActForm,
    title=_("记处置"),
    initial=lambda _request, one: {"severity": one.severity},
    done=_("已记下。"),
)
def act(request: PageRequest, form: TopicActForm, found: Topic) -> None:
    opinions.act(by=request.actor, topic=found, **form.cleaned_data)


@topic.form("close/", ReasonForm, title=_("结束专题"), lead=_("归在这里的反映一起结束。"), done=_("已结束。"))
def close(request: PageRequest, form: ReasonForm, found: Topic) -> None:
    opinions.close(by=request.actor, topic=found, words=form.cleaned_data["reason"])
