"""Pages of suspense as a whole: groups by terminal and reason, and batches that two people answer."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Max, Min, Sum
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.errors import CampusError, NotFoundError
from nanhu.platforms.people import api as people
from nanhu.platforms.terminals.api import Terminal
from nanhu.systems.card.chip.forms import AnswerForm, BatchForm
from nanhu.systems.card.chip.models import SuspenseBatch, SuspenseCase
from nanhu.systems.card.chip.services import suspense_batches
from nanhu.systems.card.chip.services.suspense_batches import MOST, Group
from nanhu.systems.card.views.frame import clerk_only

PER_PAGE = 50
GROUPS_SHOWN = 20
REASONS = dict(SuspenseCase.Reason.choices)


def show_cases(
    request: HttpRequest,
    *,
    query: QueryDict | None = None,
    form: BatchForm | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    """`state`, `terminal` and `reason` in the address narrow the list; a terminal and a reason together are a group."""
    asked = request.GET if query is None else query
    state = SuspenseCase.State.CLOSED if asked.get("state") == "closed" else SuspenseCase.State.OPEN
    number, reason = asked.get("terminal", "").replace("\0", "").strip().upper()[:16], asked.get("reason", "")
    rows = SuspenseCase.objects.filter(state=state).select_related("card", "terminal").order_by("-created_at", "-pk")
    rows = rows.filter(terminal__number=number) if number else rows
    rows = rows.filter(reason=reason) if reason in REASONS else rows
    page = Paginator(rows, PER_PAGE).get_page(asked.get("page"))
    holders = people.person_cards({row.card.person_id for row in page if row.card})
    groups = grouped(number, reason) if state == SuspenseCase.State.OPEN else []
    facts: dict[str, Any] = {
        "page": page,
        "lines": [(row, holders.get(row.card.person_id) if row.card else None) for row in page],
        "state": state,
        "counts": dict(SuspenseCase.objects.values_list("state").annotate(Count("pk"))),
        "groups": groups,
        "number": number,
        "reason": reason,
        "reasons": SuspenseCase.Reason.choices,
        "error": error,
        "most": MOST,
        "is_filtered": bool(number or reason),
        "waiting": list(
            SuspenseBatch.objects.filter(state="asked").select_related("terminal").order_by("pk")[:GROUPS_SHOWN]
        ),
        "form": form or form_for(groups if number and reason in REASONS else []),
    }
    facts["waiting"] = [(one, REASONS.get(one.reason, one.reason)) for one in facts["waiting"]]
    return render(request, "card/chip/cases.html", facts, status=status)


def grouped(number: str, reason: str) -> list[dict[str, Any]]:
    """Open cases by terminal and reason, the largest first."""
    found = SuspenseCase.objects.filter(state=SuspenseCase.State.OPEN)
    found = found.filter(terminal__number=number) if number else found
    found = found.filter(reason=reason) if reason in REASONS else found
    groups = found.values("terminal_id", "terminal__number", "terminal__place", "reason").annotate(
        count=Count("pk"), fen=Sum("amount_fen"), oldest=Min("created_at"), upto=Max("pk")
    )
    return [
        {**one, "says": REASONS[one["reason"]]} for one in groups.order_by("-count", "terminal__number")[:GROUPS_SHOWN]
    ]


def form_for(groups: list[dict[str, Any]]) -> BatchForm | None:
    """Only where the page shows one group."""
    if len(groups) != 1:
        return None
    one = groups[0]
    return BatchForm(initial={"terminal": one["terminal_id"], "reason": one["reason"], "upto": one["upto"]})


@require_POST
@clerk_only
def propose(request: HttpRequest) -> HttpResponse:
    form = BatchForm(request.POST)
    if not form.is_valid():
        return again(request, form)
    facts = form.cleaned_data
    group = Group(terminal_id=facts["terminal"], reason=facts["reason"], upto=facts["upto"])
    try:
        batch = suspense_batches.propose_batch(
            by=person_at(request), group=group, deed=facts["deed"], why=facts["proposal"], token=facts["token"]
        )
    except CampusError as error:
        return again(request, form, error=error.message, status=error.http_status)
    return redirect("card:chip_batch", batch_id=batch.pk)


def again(request: HttpRequest, form: BatchForm, *, error: str = "", status: int = 422) -> HttpResponse:
    """The page of the same group, with what was typed."""
    asked = QueryDict(mutable=True)
    terminal = form.cleaned_data.get("terminal") or 0
    asked["terminal"] = Terminal.objects.filter(pk=terminal).values_list("number", flat=True).first() or ""
    asked["reason"] = form.cleaned_data.get("reason") or ""
    return show_cases(request, query=asked, form=form, error=error, status=status)


@require_safe
@never_cache
@clerk_only
def show(request: HttpRequest, batch_id: int) -> HttpResponse:
    return show_batch(request, batch_with(batch_id))


def batch_with(batch_id: int) -> SuspenseBatch:
    batch = SuspenseBatch.objects.filter(pk=batch_id).select_related("terminal__till__merchant").first()
    if batch is None:
        raise NotFoundError(what=SuspenseBatch.what)
    return batch


def show_batch(
    request: HttpRequest, batch: SuspenseBatch, *, form: AnswerForm | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    rows = batch.cases.select_related("card", "terminal").order_by("pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    holders = people.person_cards({row.card.person_id for row in page if row.card})
    facts = {
        "batch": batch,
        "page": page,
        "lines": [(row, holders.get(row.card.person_id) if row.card else None) for row in page],
        "says": REASONS.get(batch.reason, batch.reason),
        "error": error,
        "form": form or AnswerForm(),
        "is_own": batch.author_id == person_at(request).account_id,
    }
    return render(request, "card/chip/batch.html", facts, status=status)


@require_POST
@clerk_only
def decide(request: HttpRequest, batch_id: int) -> HttpResponse:
    form, batch = AnswerForm(request.POST), batch_with(batch_id)
    if not form.is_valid():
        return show_batch(request, batch, form=form, status=422)
    work = suspense_batches.approve_batch if request.POST.get("decision") == "agree" else suspense_batches.refuse_batch
    try:
        work(by=person_at(request), batch=batch, answer=form.cleaned_data["answer"])
    except CampusError as error:
        return show_batch(request, batch, form=form, error=error.message, status=error.http_status)
    return redirect("card:chip_batch", batch_id=batch_id)
