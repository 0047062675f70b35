"""Making the plastic: print the pages, read each blank's chip."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from nanhu.kernel import audit
from nanhu.kernel.actors import person_at
from nanhu.kernel.errors import CampusError
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing import printing
from nanhu.systems.card.issuing.forms import ChipForm, ReasonForm
from nanhu.systems.card.issuing.models import CardOrder
from nanhu.systems.card.issuing.policies import office_only
from nanhu.systems.card.issuing.services import making
from nanhu.systems.card.issuing.views.desk import done, seen_by


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@office_only
def make(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The next person stands on the screen, the focus in the reader's field; its Enter takes one on."""
    found, _access = seen_by(request, public_id)
    if request.method != "POST":
        return show_next(request, found, None)
    form = ChipForm(request.POST)
    if not form.is_valid():
        return show_next(request, found, form, status=422)
    said = form.cleaned_data
    try:
        current = making.make_row(by=person_at(request), order=found, line=said["line"], uid=said["uid"])
    except CampusError as error:
        return show_next(request, found, None, error=error.message, status=error.http_status)
    if current.state != CardOrder.State.ACCEPTED:
        return redirect("card:issuing:order", public_id=found.public_id)
    return redirect("card:issuing:make", public_id=found.public_id)


def show_next(
    request: HttpRequest, found: CardOrder, form: ChipForm | None, *, error: str = "", status: int = 200
) -> HttpResponse:
    rows = found.rows.select_related("card").order_by("line")
    waiting = rows.filter(state="waiting").first() if found.state == CardOrder.State.ACCEPTED else None
    facts = {
        "order": found,
        "row": waiting,
        "error": error,
        "total": rows.count(),
        "made": rows.filter(state__in=["made", "handed"]).count(),
        "person": people.person_card(waiting.person_id) if waiting and waiting.person_id else None,
        "form": form or ChipForm(initial={"line": waiting.line if waiting else 0}),
        "last": rows.filter(state="made").order_by("-made_at")[:5],
    }
    return render(request, "card_issuing/make.html", facts, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@office_only
def spoil(request: HttpRequest, public_id: UUID, line: int) -> HttpResponse:
    found, access = seen_by(request, public_id)
    form = ReasonForm(request.POST or None)
    if form.is_bound and form.is_valid():
        reason = form.cleaned_data["reason"]
        return done(
            request,
            found,
            access,
            lambda: making.spoil_row(by=person_at(request), order=found, line=line, reason=reason),
        )
    facts = {"order": found, "row": found.rows.filter(line=line).first(), "form": form}
    return render(request, "card_issuing/spoil.html", facts, status=422 if form.is_bound else 200)


@require_safe
@never_cache
@office_only
def print_pdf(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found, _access = seen_by(request, public_id)
    rows = list(found.rows.select_related("card").order_by("line"))
    by = person_at(request)
    audit.record(by=by, action="card.print_order", target=f"card_order:{found.number}", facts={"cards": len(rows)})
    answer = HttpResponse(printing.pdf_of(found.card_class, rows), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    return answer
