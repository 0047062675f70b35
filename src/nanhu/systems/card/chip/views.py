"""The counter's view of purses: rows that await an answer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.errors import CampusError, NotFoundError
from nanhu.platforms.people import api as people
from nanhu.systems.card.chip import batches
from nanhu.systems.card.chip.forms import AnswerForm, ProposalForm
from nanhu.systems.card.chip.models import SuspenseCase
from nanhu.systems.card.chip.services import suspense_posting
from nanhu.systems.card.chip.services.suspense import close_case, take_case
from nanhu.systems.card.views.frame import clerk_only


@require_safe
@never_cache
@clerk_only
def cases(request: HttpRequest) -> HttpResponse:
    return batches.show_cases(request)


@require_safe
@never_cache
@clerk_only
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    return show_case(request, case_id)


def show_case(
    request: HttpRequest,
    case_id: int,
    *,
    form: AnswerForm | None = None,
    proposal: ProposalForm | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    found = SuspenseCase.objects.filter(pk=case_id).select_related("card", "terminal__till__merchant", "batch").first()
    if found is None:
        raise NotFoundError(what=_("这一笔待查"))
    person = people.person_card(found.card.person_id) if found.card else None
    facts = {
        "case": found,
        "person": person,
        "error": error,
        "member": found.row.get("chip") or {},
        "form": form or AnswerForm(),
        "proposal_form": proposal or ProposalForm(),
        "is_postable": suspense_posting.is_postable(found),
        "is_own": found.proposer_id is not None and found.proposer_id == person_at(request).account_id,
    }
    return render(request, "card/chip/case.html", facts, status=status)


@require_POST
@clerk_only
def take(request: HttpRequest, case_id: int) -> HttpResponse:
    take_case(by=person_at(request), case_id=case_id)
    return redirect("card:chip_case", case_id=case_id)


@require_POST
@clerk_only
def close(request: HttpRequest, case_id: int) -> HttpResponse:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return show_case(request, case_id, form=form, status=422)
    try:
        close_case(by=person_at(request), case_id=case_id, answer=form.cleaned_data["answer"])
    except CampusError as error:
        return show_case(request, case_id, form=form, error=error.message, status=error.http_status)
    return redirect("card:chip_cases")


@require_POST
@clerk_only
def propose(request: HttpRequest, case_id: int) -> HttpResponse:
    form = ProposalForm(request.POST)
    if not form.is_valid():
        return show_case(request, case_id, proposal=form, status=422)
    try:
        suspense_posting.propose(by=person_at(request), case_id=case_id, reason=form.cleaned_data["proposal"])
    except CampusError as error:
        return show_case(request, case_id, proposal=form, error=error.message, status=error.http_status)
    return redirect("card:chip_case", case_id=case_id)


@require_POST
@clerk_only
def decide(request: HttpRequest, case_id: int) -> HttpResponse:
    """`proposer` says whose proposal the page showed: a newer one is not decided unseen."""
    form, shown = AnswerForm(request.POST), request.POST.get("proposer", "")
    if not form.is_valid() or not (shown.isascii() and shown.isdecimal()):
        return show_case(request, case_id, form=form, status=422)
    work = suspense_posting.approve if request.POST.get("decision") == "post" else suspense_posting.refuse
    try:
        work(by=person_at(request), case_id=case_id, proposer_id=int(shown[:18]), answer=form.cleaned_data["answer"])
    except CampusError as error:
        return show_case(request, case_id, form=form, error=error.message, status=error.http_status)
    return redirect("card:chip_case", case_id=case_id)
