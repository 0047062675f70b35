"""Handing over, the list of left-over cards, the fee and its receipt."""

from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.errors import CampusError
from nanhu.kernel.school import school
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing import queries
from nanhu.systems.card.issuing.forms import CollectForm, FeeForm, HandForm
from nanhu.systems.card.issuing.models import FeePayment, OrderRow
from nanhu.systems.card.issuing.policies import (
    Access,
    access_of,
    delegates_or_office,
    delegations_of,
    is_office,
    office_only,
    units_with_orders,
)
from nanhu.systems.card.issuing.services import handing, paying, regulations
from nanhu.systems.card.issuing.views.desk import done, seen_by
from nanhu.systems.card.protocol import receipt_number
from nanhu.systems.card.views.frame import viewer_of

PAGE = 50
FOUND = 20


@require_safe
@never_cache
@delegates_or_office
def search(request: HttpRequest) -> HttpResponse:
    """The desk on the orientation site and the office's counter: a number or a name, Enter, and the card to hand over."""
    text = people.halfwidth(request.GET.get("q", "")).replace("\0", "").strip()[:40]
    rows = left_for(request)
    found = (
        list(rows.filter(campus_no__istartswith=text)[:FOUND] or rows.filter(name__contains=text)[:FOUND])
        if text
        else []
    )
    if len(found) == 1:
        return redirect("card:issuing:hand", row_id=found[0].pk)
    facts = {"text": text, "found": found, "left": rows.count()}
    return render(request, "card_issuing/hand_search.html", facts)


def left_for(request: HttpRequest) -> QuerySet[OrderRow]:
    """Left-over cards this viewer may hand over: the office all, a delegate those of their units."""
    viewer = viewer_of(request)
    if is_office(viewer):
        return queries.left_over()
    codes = [one.unit_code for one in delegations_of(viewer.person_id) if one.role == "agent"]
    return queries.left_over().filter(order__unit_code__in=units_with_orders(codes))


@require_safe
@never_cache
@delegates_or_office
def left_over(request: HttpRequest) -> HttpResponse:
    page = Paginator(left_for(request), PAGE).get_page(request.GET.get("page"))
    return render(request, "card_issuing/left_over.html", {"page": page, "is_office": is_office(viewer_of(request))})


def row_with(request: HttpRequest, row_id: int) -> tuple[OrderRow, Access]:
    row = OrderRow.objects.select_related("order", "card").filter(pk=row_id).first()
    if row is None:
        raise Http404
    access = access_of(viewer_of(request), row.order)
    if not access.may_hand_over:
        raise Http404
    return row, access


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def hand(request: HttpRequest, row_id: int) -> HttpResponse:
    row, access = row_with(request, row_id)
    form = HandForm(request.POST or None)
    if not form.is_bound or not form.is_valid():
        return show_hand(request, row, access, form, status=422 if form.is_bound else 200)
    said = form.cleaned_data
    try:
        handing.hand_over(
            by=person_at(request),
            row=row,
            how=said["how"],
            handed_to=said["handed_to"],
            document=said["document"],
            code=said["code"],
            accepted=tuple(regulations.TEXTS),
        )
    except CampusError as error:
        return show_hand(request, row, access, form, error=error.message, status=error.http_status)
    return redirect("card:issuing:handed", row_id=row.pk)


def show_hand(
    request: HttpRequest, row: OrderRow, access: Access, form: HandForm, *, error: str = "", status: int = 200
) -> HttpResponse:
    payment = FeePayment.objects.filter(row=row).first()
    facts = {
        "row": row,
        "order": row.order,
        "form": form,
        "error": error,
        "payment": payment,
        "access": access,
        "person": people.person_card(row.person_id) if row.person_id else None,
        "texts": regulations.all_current(),
        "fee": FeeForm(),
        "owes": row.fee_fen > 0 and payment is None,
    }
    return render(request, "card_issuing/hand.html", facts, status=status)


@require_POST
@office_only
def take_fee(request: HttpRequest, row_id: int) -> HttpResponse:
    row, access = row_with(request, row_id)
    form = FeeForm(request.POST)
    if not form.is_valid():
        return show_hand(request, row, access, HandForm(), status=422)
    try:
        paying.take_fee(by=person_at(request), row=row, method=form.cleaned_data["method"])
    except CampusError as error:
        return show_hand(request, row, access, HandForm(), error=error.message, status=error.http_status)
    return redirect("card:issuing:fee", row_id=row.pk)


@require_safe
@never_cache
def fee(request: HttpRequest, row_id: int) -> HttpResponse:
    row, _access = row_with(request, row_id)
    payment = FeePayment.objects.filter(row=row).first()
    if payment is None:
        raise Http404
    facts = {
        "row": row,
        "payment": payment,
        "number": receipt_number(payment.receipt_id or payment.entry_id),
        "school": school(),
    }
    return render(request, "card_issuing/fee.html", facts)


@require_safe
@never_cache
def handed(request: HttpRequest, row_id: int) -> HttpResponse:
    """The slip to sign, and the next one."""
    row, _access = row_with(request, row_id)
    if row.state != OrderRow.State.HANDED:
        raise Http404
    facts = {"row": row, "order": row.order, "school": school(), "texts": regulations.all_current()}
    return render(request, "card_issuing/handed.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@office_only
def collect(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found, access = seen_by(request, public_id)
    form = CollectForm(request.POST or None, initial={"signed_by": found.collector})
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        return done(
            request,
            found,
            access,
            lambda: handing.collect_batch(
                by=person_at(request), order=found, code=said["code"], signed_by=said["signed_by"]
            ),
        )
    facts = {"order": found, "form": form, "rows": found.rows.order_by("line")}
    return render(request, "card_issuing/collect.html", facts, status=422 if form.is_bound else 200)
