"""Corrections by two clerks, and the office's side of disputes."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from nanhu.kernel.errors import CampusError
from nanhu.platforms.people import api as people
from nanhu.systems.card.closing.errors import ReceiptNotFoundError
from nanhu.systems.card.closing.forms import AnswerForm, CorrectionForm
from nanhu.systems.card.closing.models import Correction, Dispute
from nanhu.systems.card.closing.services import corrections as services
from nanhu.systems.card.closing.services import disputes
from nanhu.systems.card.models import Receipt
from nanhu.systems.card.rows import line_of
from nanhu.systems.card.views.frame import clerk_only, person_at, viewer_of

PAGE = 30


@require_safe
@never_cache
@clerk_only
def corrections(request: HttpRequest) -> HttpResponse:
    form = CorrectionForm(initial={"receipt": request.GET.get("receipt", "")[:20]})
    return show_all(request, form)


def show_all(request: HttpRequest, form: CorrectionForm, *, error: str = "", status: int = 200) -> HttpResponse:
    rows = Correction.objects.select_related("receipt__merchant", "receipt__card", "receipt__terminal").order_by(
        "-created_at"
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    facts = {
        "page": page,
        "rows": [(row, line_of(row.receipt)) for row in page.object_list],
        "form": form,
        "error": error,
        "me": viewer_of(request).account_id,
        "here": "corrections",
    }
    return render(request, "card/closing/corrections.html", facts, status=status)


@require_POST
@clerk_only
def ask(request: HttpRequest) -> HttpResponse:
    form = CorrectionForm(request.POST)
    if not form.is_valid():
        return show_all(request, form, status=422)
    said = form.cleaned_data
    try:
        receipt = Receipt.objects.filter(pk=int(said["receipt"])).first()
        if receipt is None:
            raise ReceiptNotFoundError
        asked = services.ask(by=person_at(request), receipt=receipt, reason=said["reason"], token=said["token"])
    except CampusError as error:
        return show_all(request, form, error=error.message, status=error.http_status)
    return redirect("card:correction", public_id=asked.public_id)


def correction_with(public_id: UUID) -> Correction:
    rows = Correction.objects.select_related("receipt__merchant", "receipt__card", "receipt__terminal", "posted")
    return get_object_or_404(rows, public_id=public_id)


@require_safe
@never_cache
@clerk_only
def correction(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return show(request, correction_with(public_id))


def show(
    request: HttpRequest, found: Correction, *, form: AnswerForm | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    card = found.receipt.card
    facts = {
        "correction": found,
        "line": line_of(found.receipt),
        "is_mine": found.author_id == viewer_of(request).account_id,
        "person": people.person_cards({card.person_id}).get(card.person_id) if card else None,
        "card": card,
        "form": form or AnswerForm(),
        "error": error,
        "here": "corrections",
    }
    return render(request, "card/closing/correction.html", facts, status=status)


@require_POST
@clerk_only
def approve(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = correction_with(public_id)
    try:
        services.approve(by=person_at(request), correction=found)
    except CampusError as error:
        return show(request, found, error=error.message, status=error.http_status)
    messages.success(request, _("已更正，持卡人的明细里能看到。"))
    return redirect("card:correction", public_id=public_id)


@require_POST
@clerk_only
def refuse(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found, form = correction_with(public_id), AnswerForm(request.POST)
    if not form.is_valid():
        return show(request, found, form=form, status=422)
    services.refuse(by=person_at(request), correction=found, answer=form.cleaned_data["answer"])
    return redirect("card:correction", public_id=public_id)


@require_safe
@never_cache
@clerk_only
def disputed(request: HttpRequest) -> HttpResponse:
    return show_disputes(request, AnswerForm())


def show_disputes(request: HttpRequest, form: AnswerForm, *, status: int = 200) -> HttpResponse:
    rows = Dispute.objects.select_related("receipt__merchant", "receipt__terminal", "receipt__card").order_by(
        "-state", "-created_at"
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    cards = people.person_cards({row.receipt.card.person_id for row in page.object_list if row.receipt.card})
    facts = {
        "page": page,
        "form": form,
        "here": "disputes",
        "rows": [
            (row, line_of(row.receipt), cards.get(row.receipt.card.person_id) if row.receipt.card else None)
            for row in page.object_list
        ],
    }
    return render(request, "card/closing/disputed.html", facts, status=status)


@require_POST
@clerk_only
def answer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found, form = get_object_or_404(Dispute, public_id=public_id), AnswerForm(request.POST)
    if not form.is_valid():
        return show_disputes(request, form, status=422)
    disputes.answer(by=person_at(request), dispute=found, answer=form.cleaned_data["answer"])
    messages.success(request, _("已答复，持卡人能看到。"))
    return redirect("card:disputed")
