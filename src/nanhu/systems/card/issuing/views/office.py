"""The office as everybody sees it (A112): where, when, open now; the queue; the regulations; care of the card."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import CampusError
from nanhu.kernel.school import school
from nanhu.platforms.messages import api as messages
from nanhu.systems.card.issuing import fees, hours
from nanhu.systems.card.issuing.forms import RegulationForm, WindowForm
from nanhu.systems.card.issuing.models import QueueTicket, Regulation
from nanhu.systems.card.issuing.policies import is_office, office_only
from nanhu.systems.card.issuing.services import queue, regulations
from nanhu.systems.card.rights.policies import MANAGER, manager_only
from nanhu.systems.card.views.frame import viewer_of


@require_safe
@never_cache
def office(request: HttpRequest) -> HttpResponse:
    return show_office(request)


def show_office(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    viewer = viewer_of(request)
    ticket = queue.own_ticket(viewer.account_id)
    facts = {
        "school": school(),
        "standing": hours.standing(),
        "today": hours.hours_on(campus_today()),
        "summer": hours.hours_in("summer"),
        "winter": hours.hours_in("winter"),
        "table": hours.table(),
        "ticket": ticket,
        "ahead": queue.ahead_of(ticket) if ticket else 0,
        "is_office": is_office(viewer),
        "calling": QueueTicket.objects.filter(day=campus_today(), state="called").order_by("-called_at")[:3],
        "texts": regulations.all_current(),
        "fees": fees.fee_table(),
        "error": error,
    }
    return render(request, "card_issuing/office.html", facts, status=status)


@require_POST
def take_number(request: HttpRequest) -> HttpResponse:
    try:
        queue.take_number(by=person_at(request))
    except CampusError as error:
        return show_office(request, error=error.message, status=error.http_status)
    return redirect("card:issuing:office")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@office_only
def calling(request: HttpRequest) -> HttpResponse:
    """The clerk's side of the queue: one button, and Enter presses it."""
    form = WindowForm(request.POST or None)
    if form.is_bound and form.is_valid():
        queue.call_next(by=person_at(request), window=form.cleaned_data["window"])
        request.session["card_window"] = form.cleaned_data["window"]
        return redirect("card:issuing:queue")
    window = str(request.session.get("card_window", "1"))
    today = QueueTicket.objects.filter(day=campus_today()).order_by("number")
    facts = {
        "form": form if form.is_bound else WindowForm(initial={"window": window}),
        "now": today.filter(state="called", window=window).first(),
        "waiting": today.filter(state="waiting"),
    }
    return render(request, "card_issuing/queue.html", facts)


@require_POST
@office_only
def missed(_request: HttpRequest, ticket_id: int) -> HttpResponse:
    ticket = QueueTicket.objects.filter(pk=ticket_id).first()
    if ticket is not None:
        queue.miss(ticket=ticket)
    return redirect("card:issuing:queue")


@require_safe
@never_cache
def regulation(request: HttpRequest, key: str, version: int | None = None) -> HttpResponse:
    """A version, and which one the viewer accepted."""
    if key not in regulations.TEXTS:
        raise Http404
    newest = regulations.current(key)
    found = newest if version is None else Regulation.objects.filter(key=key, version=version).first()
    if found is None:
        raise Http404
    viewer = viewer_of(request)
    accepted = regulations.accepted_by(viewer.person_id).get(key) if viewer.person_id else None
    facts = {
        "text": found,
        "body": messages.body_html(found.body),
        "is_newest": found.pk == newest.pk,
        "versions": Regulation.objects.filter(key=key).order_by("-version"),
        "accepted": accepted,
        "is_manager": MANAGER in viewer.roles,
    }
    return render(request, "card_issuing/regulation.html", facts)


@require_POST
def accept(request: HttpRequest, key: str) -> HttpResponse:
    viewer = viewer_of(request)
    if key not in regulations.TEXTS or viewer.person_id is None:
        raise Http404
    regulations.accept(by=person_at(request), person_id=viewer.person_id, keys=[key], how="page")
    return redirect("card:issuing:regulation", key=key)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@manager_only
def publish(request: HttpRequest) -> HttpResponse:
    form = RegulationForm(request.POST or None, initial=draft_of(request.GET.get("key", "cards")))
    if form.is_bound and form.is_valid():
        made = regulations.publish(by=person_at(request), **form.cleaned_data)
        return redirect("card:issuing:regulation_version", key=made.key, version=made.version)
    return render(request, "card_issuing/publish.html", {"form": form}, status=422 if form.is_bound else 200)


def draft_of(key: str) -> dict[str, object]:
    if key not in regulations.TEXTS:
        return {}
    text = regulations.current(key)
    return {"key": key, "title": text.title, "document_no": text.document_no, "body": text.body}
