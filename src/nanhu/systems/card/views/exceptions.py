"""Exceptions (特批): one clerk asks, another decides on her own screen, the first takes the cash."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from nanhu.kernel.errors import CampusError, NotFoundError
from nanhu.kernel.kit.forms import RefusalForm
from nanhu.platforms.people import api as people
from nanhu.systems.card.forms import ExceptionForm
from nanhu.systems.card.models import CashException
from nanhu.systems.card.services import cash_exceptions
from nanhu.systems.card.services.top_up import top_up_by_exception
from nanhu.systems.card.views.counter import person_facts, show, to_receipt
from nanhu.systems.card.views.frame import card_with, clerk_only, person_at, viewer_of

PAGE = 30


def exception_with(public_id: UUID) -> CashException:
    found = CashException.objects.select_related("card__wallet").filter(public_id=public_id).first()
    if found is None:
        raise NotFoundError(what=_("这条特批"))
    return found


@require_POST
@clerk_only
def ask(request: HttpRequest, public_id: UUID) -> HttpResponse:
    card, form = card_with(public_id), ExceptionForm(request.POST)
    if not form.is_valid():
        return show(request, card, status=422, form=form)
    said = form.cleaned_data
    try:
        asked = cash_exceptions.ask_for_cash(
            by=person_at(request), card=card, amount_fen=said["amount"], reason=said["reason"], token=said["token"]
        )
    except CampusError as error:
        return show(request, card, status=error.http_status, form=form, error=error.message)
    return redirect("card:counter_exception", public_id=asked.public_id)


@require_safe
@never_cache
@clerk_only
def exceptions(request: HttpRequest) -> HttpResponse:
    rows = CashException.objects.select_related("card").order_by("-created_at")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    persons = people.person_cards({row.card.person_id for row in page.object_list})
    facts = {
        "page": page,
        "rows": [(row, persons.get(row.card.person_id)) for row in page.object_list],
        "me": viewer_of(request).account_id,
    }
    return render(request, "card/exceptions.html", facts)


@require_safe
@never_cache
@clerk_only
def exception(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return show_exception(request, exception_with(public_id))


def show_exception(
    request: HttpRequest, found: CashException, *, form: RefusalForm | None = None, status: int = 200
) -> HttpResponse:
    facts = {
        **person_facts(found.card),
        "exception": found,
        "is_mine": found.author_id == viewer_of(request).account_id,
        "form": form or RefusalForm(),
        "top_up": getattr(found, "top_up", None),
    }
    return render(request, "card/exception.html", facts, status=status)


@require_POST
@clerk_only
def approve(request: HttpRequest, public_id: UUID) -> HttpResponse:
    cash_exceptions.approve(by=person_at(request), exception=exception_with(public_id))
    messages.success(request, _("已同意，申请人现在可以收款。"))
    return redirect("card:counter_exception", public_id=public_id)


@require_POST
@clerk_only
def refuse(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found, form = exception_with(public_id), RefusalForm(request.POST)
    if not form.is_valid():
        return show_exception(request, found, form=form, status=422)
    cash_exceptions.refuse(by=person_at(request), exception=found, answer=form.cleaned_data["answer"])
    messages.success(request, _("已回复不同意。"))
    return redirect("card:counter_exception", public_id=public_id)


@require_POST
@clerk_only
def take(request: HttpRequest, public_id: UUID) -> HttpResponse:
    taken = top_up_by_exception(by=person_at(request), exception=exception_with(public_id))
    return to_receipt(taken.top_up.receipt_id, is_repeated=taken.is_repeated)
