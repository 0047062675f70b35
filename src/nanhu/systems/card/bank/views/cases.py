"""What a clerk decides: differences with the bank (two clerks where money moves), and wrong bindings."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.errors import CampusError
from nanhu.platforms.payments import api as payments
from nanhu.platforms.people import api as people
from nanhu.systems.card.bank import queries
from nanhu.systems.card.bank.errors import AppealNotFoundError, DifferenceNotFoundError
from nanhu.systems.card.bank.forms import ReasonForm, VerdictForm
from nanhu.systems.card.bank.models import Appeal, Binding
from nanhu.systems.card.bank.policies import office_only
from nanhu.systems.card.bank.services import appeals as appealing
from nanhu.systems.card.bank.views.office import asked_page, asked_text
from nanhu.systems.card.views.frame import viewer_of


@require_safe
@never_cache
@office_only
def differences(request: HttpRequest) -> HttpResponse:
    state = asked_text(request, "state") or "open"
    page = asked_page(request, queries.differences(state))
    facts = {
        "page": page,
        "state": state,
        "states": [*payments.Difference.State.choices, ("all", _("全部"))],
        "statements": payments.Statement.objects.select_related("channel").order_by("-day", "channel")[:6],
    }
    return render(request, "card_bank/differences.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@office_only
def difference(request: HttpRequest, row_id: int) -> HttpResponse:
    found = payments.Difference.objects.select_related("channel", "settled_by").filter(pk=row_id).first()
    if found is None:
        raise DifferenceNotFoundError
    form, error = ReasonForm(request.POST if request.POST.get("do") in {"propose", "explain", "refuse"} else None), ""
    deed = deed_of(request, found, form)
    if deed is not None:
        try:
            deed()
        except CampusError as refusal:
            error = refusal.message
        else:
            return redirect("card:card_bank:difference", row_id=row_id)
    person_id = people.find_person_by_campus_no(found.campus_no) if found.campus_no else None
    facts = {
        "difference": found,
        "form": form,
        "error": error,
        "person": people.person_card(person_id) if person_id else None,
        "is_mine": found.proposer_id == viewer_of(request).account_id,
    }
    return render(request, "card_bank/difference.html", facts, status=422 if request.method == "POST" else 200)


def deed_of(request: HttpRequest, found: payments.Difference, form: ReasonForm) -> Callable[[], object] | None:
    """What was pressed, ready to be done; None where nothing was, or its reason is missing."""
    by, do = person_at(request), request.POST.get("do", "")
    if request.method != "POST":
        return None
    if do == "agree":
        return lambda: payments.credit_holder(by=by, difference=found)
    if not form.is_valid():
        return None
    reason = form.cleaned_data["reason"]
    return {
        "propose": lambda: payments.propose_credit(by=by, difference=found, reason=reason),
        "explain": lambda: payments.explain(by=by, difference=found, reason=reason),
        "refuse": lambda: payments.refuse_credit(by=by, difference=found, answer=reason),
    }.get(do)


@require_safe
@never_cache
@office_only
def appeals(request: HttpRequest) -> HttpResponse:
    state = asked_text(request, "state") or "open"
    rows = Appeal.objects.select_related("app").order_by("-pk")
    page = asked_page(request, rows.filter(state=state) if state in Appeal.State.values else rows)
    facts = {"page": page, "state": state, "states": [*Appeal.State.choices, ("all", _("全部"))]}
    return render(request, "card_bank/appeals.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@office_only
def appeal(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = Appeal.objects.select_related("app", "clerk").filter(public_id=public_id).first()
    if found is None:
        raise AppealNotFoundError
    form, error = VerdictForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            appealing.decide(by=person_at(request), public_id=public_id, **form.cleaned_data)
        except CampusError as refusal:
            error = refusal.message
        else:
            messages.success(request, _("已处理，本人看得到答复。"))
            return redirect("card:card_bank:appeals")
    person_id = people.find_person_by_campus_no(found.campus_no)
    bound = Binding.objects.filter(app=found.app, person_id=person_id or 0, state=Binding.State.ACTIVE).first()
    facts = {
        "appeal": found,
        "form": form,
        "error": error,
        "binding": bound,
        "person": people.person_card(person_id) if person_id else None,
    }
    return render(request, "card_bank/appeal_case.html", facts, status=422 if form.is_bound else 200)
