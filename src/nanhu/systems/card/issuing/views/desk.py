"""The office's list of orders, and the page of one order for everybody it concerns."""

from collections.abc import Callable
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.clock import campus_today
from nanhu.kernel.errors import CampusError
from nanhu.systems.card.issuing import queries
from nanhu.systems.card.issuing.forms import AnswerForm, ArchiveForm
from nanhu.systems.card.issuing.models import CardOrder
from nanhu.systems.card.issuing.policies import Access, access_of, office_only
from nanhu.systems.card.issuing.services import accepting, faces, orders
from nanhu.systems.card.issuing.services.photos import Matched
from nanhu.systems.card.views.frame import viewer_of

PAGE = 30
ROWS = 100
STATES = ("approved", "accepted", "made", "submitted", "draft", "closed", "refused")


@require_safe
@never_cache
@office_only
def desk(request: HttpRequest) -> HttpResponse:
    counts, here = queries.counts(), reverse("card:issuing:desk")
    state = request.GET.get("state", "")
    if state not in STATES:  # where there is work, in the order in which it is done
        state = next((one for one in STATES if counts.get(one)), STATES[0])
    tabs = [(one, CardOrder.State(one).label, f"{here}?state={one}", counts.get(one, 0)) for one in STATES]
    facts = {
        "tabs": tabs,
        "state": state,
        "today": campus_today(),
        "overdue": list(queries.overdue()[:10]),
        "page": Paginator(queries.in_state(state), PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "card_issuing/desk.html", facts)


def seen_by(request: HttpRequest, public_id: UUID) -> tuple[CardOrder, Access]:
    """The order and what the viewer may do with it; a stranger is told that there is none."""
    order = orders.order_with(public_id)
    access = access_of(viewer_of(request), order)
    if not access.may_see:
        raise Http404
    return order, access


@require_safe
@never_cache
def order(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found, access = seen_by(request, public_id)
    return show(request, found, access)


def show(
    request: HttpRequest,
    found: CardOrder,
    access: Access,
    *,
    error: str = "",
    matched: Matched | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = found.rows.select_related("fee_payment").order_by("line")
    wrong = [queries.line_of(row) for row in rows if row.errors]
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    facts = {
        "order": found,
        "access": access,
        "wrong": wrong,
        "page": page,
        "error": error,
        "matched": matched,
        "lines": [queries.line_of(row) for row in page.object_list],
        "today": campus_today(),
        "photo_count": rows.exclude(photo_path="").count(),
        "total": rows.count(),
        "unseen": faces.unseen(found).count() if access.is_office else 0,
        "refusal": AnswerForm(),
        "archive": ArchiveForm(),
        "proofs": proofs_of(found, access),
        "is_late": found.state == "accepted" and found.due_on is not None and found.due_on < campus_today(),
    }
    return render(request, "card_issuing/order.html", facts, status=status)


def proofs_of(found: CardOrder, access: Access) -> list[object]:
    if found.kind != CardOrder.Kind.PERSONAL or not (access.is_office or access.is_leader):
        return []
    return [proof for row in found.rows.prefetch_related("proofs") for proof in row.proofs.all()]


@require_POST
def submit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found, access = seen_by(request, public_id)
    if not access.may_mend:
        raise Http404
    return done(request, found, access, lambda: orders.submit(by=person_at(request), order=found))


@require_POST
def approve(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found, access = seen_by(request, public_id)
    person_id = viewer_of(request).person_id
    return done(
        request,
        found,
        access,
        lambda: orders.decide(by=person_at(request), person_id=person_id, order=found, is_approved=True),
    )


@require_POST
def refuse(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found, access = seen_by(request, public_id)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return show(request, found, access, status=422)
    said, person_id = form.cleaned_data["answer"], viewer_of(request).person_id
    return done(
        request,
        found,
        access,
        lambda: orders.decide(by=person_at(request), person_id=person_id, order=found, is_approved=False, answer=said),
    )


@require_POST
@office_only
def accept(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found, access = seen_by(request, public_id)
    return done(request, found, access, lambda: accepting.accept(by=person_at(request), order=found))


def done(request: HttpRequest, found: CardOrder, access: Access, deed: Callable[[], object]) -> HttpResponse:
    """Do it and come back; what was refused is said on the order's own page."""
    try:
        deed()
    except CampusError as error:
        found.refresh_from_db()
        return show(request, found, access, error=error.message, status=error.http_status)
    return redirect("card:issuing:order", public_id=found.public_id)
