"""The office as everybody sees it (A112): where, when, open now; the queue; the regulations; care of the card."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.kit import SIGNED_IN, PageRequest
from nanhu.kernel.school import school
from nanhu.platforms.messages import api as messages
from nanhu.systems.card.issuing import fees, hours
from nanhu.systems.card.issuing.forms import RegulationForm, WindowForm
from nanhu.systems.card.issuing.models import QueueTicket, Regulation
from nanhu.systems.card.issuing.policies import is_office
from nanhu.systems.card.issuing.services import queue as tickets
from nanhu.systems.card.issuing.services import regulations
from nanhu.systems.card.issuing.views.desk import issuing
from nanhu.systems.card.policies import MANAGER


@issuing.page("office/", title=_("校园卡管理办公室"), roles=SIGNED_IN)
def office(request: PageRequest) -> HttpResponse:
    ticket = tickets.own_ticket(request.viewer.account_id)
    facts = {
        "school": school(),
        "standing": hours.standing(),
        "today": hours.hours_on(campus_today()),
        "summer": hours.hours_in("summer"),
        "winter": hours.hours_in("winter"),
        "ticket": ticket,
        "ahead": tickets.ahead_of(ticket) if ticket else 0,
        "is_office": is_office(request.viewer),
        "calling": QueueTicket.objects.filter(day=campus_today(), state="called").order_by("-called_at")[:3],
        "texts": regulations.all_current(),
        "fees": fees.fee_table(),
    }
    return render(request, "card_issuing/office.html", facts)


@office.action("number/", done=lambda made: _("您是 %(number)s 号。") % {"number": made.number})
def take_number(request: PageRequest) -> QueueTicket:
    return tickets.take_number(by=request.actor)


def tickets_of_today(request: PageRequest) -> dict[str, Any]:
    today = QueueTicket.objects.filter(day=campus_today()).order_by("number")
    return {
        "now": today.filter(state="called", window=window_of(request)["window"]).first(),
        "waiting": today.filter(state="waiting").count(),
    }


def window_of(request: PageRequest) -> dict[str, Any]:
    return {"window": str(request.session.get("card_window", "1"))}


@issuing.form(
    "queue/",
    WindowForm,
    title=_("叫号"),
    tab=_("叫号"),
    submit=_("下一位"),
    icon="bell-ring",
    to="queue",
    template="card_issuing/queue.html",
    initial=window_of,
    facts=tickets_of_today,
)
def queue(request: PageRequest, form: WindowForm) -> None:
    """The clerk's side of the queue: one button, and Enter presses it."""
    tickets.call_next(by=request.actor, window=form.cleaned_data["window"])
    request.session["card_window"] = form.cleaned_data["window"]


@queue.action("<int:ticket_id>/missed/", done=_("已记为过号。"))
def missed(_request: PageRequest, ticket_id: int) -> None:
    ticket = QueueTicket.objects.filter(pk=ticket_id).first()
    if ticket is not None:
        tickets.miss(ticket=ticket)


@issuing.form(
    "regulations/publish/",
    RegulationForm,
    title=_("发布新版本"),
    lead=_("旧版本留着；同意过旧版的人要重新同意新版。"),
    submit=_("发布"),
    icon="send",
    roles={MANAGER},
    to="regulation_version",
    done=lambda made: _("第 %(version)s 版已发布。") % {"version": made.version},
    initial=lambda request: draft_of(request.GET.get("key", "cards")),
)
def publish(request: PageRequest, form: RegulationForm) -> Regulation:
    return regulations.publish(by=request.actor, **form.cleaned_data)


def draft_of(key: str) -> dict[str, object]:
    if key not in regulations.TEXTS:
        return {}
    text = regulations.current(key)
    return {"key": key, "title": text.title, "document_no": text.document_no, "body": text.body}


@issuing.page("regulations/<str:key>/", title=_("规章"), roles=SIGNED_IN)
def regulation(request: PageRequest, key: str) -> HttpResponse:
    return show_version(request, key)


@issuing.page("regulations/<str:key>/<int:version>/", title=_("规章"), roles=SIGNED_IN)
def regulation_version(request: PageRequest, key: str, version: int) -> HttpResponse:
    return show_version(request, key, version)


def show_version(request: PageRequest, key: str, version: int | None = None) -> HttpResponse:
    """A version, and which one the viewer accepted."""
    if key not in regulations.TEXTS:
        raise Http404
    newest = regulations.current(key)
    found = newest if version is None else get_object_or_404(Regulation, key=key, version=version)
    viewer = request.viewer
    facts = {
        "text": found,
        "body": messages.body_html(found.body),
        "is_newest": found.pk == newest.pk,
        "versions": Regulation.objects.filter(key=key).order_by("-version"),
        "accepted": regulations.accepted_by(viewer.person_id).get(key) if viewer.person_id else None,
        "is_manager": MANAGER in viewer.roles,
    }
    return render(request, "card_issuing/regulation.html", facts)


@regulation.action("accept/", done=_("已同意这一版。"))
def accept_regulation(request: PageRequest, key: str) -> None:
    if key not in regulations.TEXTS or request.viewer.person_id is None:
        raise Http404
    regulations.accept(by=request.actor, person_id=request.viewer.person_id, keys=[key], how="page")
