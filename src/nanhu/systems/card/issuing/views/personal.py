"""个人办卡 (F15): at the counter without typing again, or from the holder's own page."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.bodies import MEGABYTE, takes_files
from nanhu.kernel.errors import CampusError
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing import queries
from nanhu.systems.card.issuing.checking import shape_errors
from nanhu.systems.card.issuing.forms import PersonalForm, RowForm
from nanhu.systems.card.issuing.layout import COLUMNS, KEYS
from nanhu.systems.card.issuing.models import CardOrder, Proof
from nanhu.systems.card.issuing.policies import access_of, office_only
from nanhu.systems.card.issuing.services import personal
from nanhu.systems.card.models import Card
from nanhu.systems.card.views.frame import viewer_of

SECRET = {column.key for column in COLUMNS if column.is_secret}


@takes_files(largest=15 * MEGABYTE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@office_only
def counter(request: HttpRequest) -> HttpResponse:
    """Number in, the form stands there filled; only a stranger's is typed."""
    number = request.GET.get("campus_no", "").replace("\0", "").strip()[:20]
    person_id = people.find_person_by_campus_no(number) if number else None
    card_class = request.GET.get("card_class", "ordinary")
    card_class = card_class if card_class in Card.Class.values else "ordinary"
    known: dict[str, str] = {}
    if person_id is not None:
        card_class, known = personal.known_values(by=person_at(request), person_id=person_id)
    return filled(
        request,
        card_class,
        known,
        source=CardOrder.Source.COUNTER,
        template="card_issuing/personal.html",
        facts={"number": number, "not_found": bool(number) and person_id is None, "classes": Card.Class.choices},
    )


@takes_files(largest=15 * MEGABYTE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def own(request: HttpRequest) -> HttpResponse:
    """The holder asks for their own card; nobody else's."""
    viewer = viewer_of(request)
    if viewer.person_id is None:
        raise Http404
    card_class, known = personal.known_values(by=person_at(request), person_id=viewer.person_id)
    facts: dict[str, object] = {"mine": queries.of_account(viewer.account_id)[:10]}
    return filled(
        request, card_class, known, source=CardOrder.Source.WEB, template="card_issuing/own.html", facts=facts
    )


def filled(
    request: HttpRequest,
    card_class: str,
    known: dict[str, str],
    *,
    source: str,
    template: str,
    facts: dict[str, object],
) -> HttpResponse:
    secrets = {key for key in SECRET if known.get(key)}
    shown = {key: text for key, text in known.items() if key not in SECRET}
    form = PersonalForm(
        request.POST or None, request.FILES or None, card_class=card_class, initial=shown, known=secrets
    )
    facts |= {
        "form": form,
        "card_class": card_class,
        "class_name": Card.Class(card_class).label,
        "known": known,
        "known_secrets": [column.label for column in COLUMNS if column.key in secrets],
    }
    if not form.is_bound or not form.is_valid():
        return render(request, template, facts, status=422 if form.is_bound else 200)
    said = form.cleaned_data
    typed = {key: said.get(key) or known.get(key, "") for key in KEYS}
    if known and source == CardOrder.Source.WEB:
        typed |= {key: known[key] for key in ("name", "campus_no", "document", "sex") if known[key]}
    try:
        order = personal.apply(
            by=person_at(request),
            card_class=card_class,
            values=typed,
            reason=said["reason"],
            source=source,
            picture=said["picture"].read() if said["picture"] else None,
            proofs=[(said["proof"].name, said["proof"].read())] if said["proof"] else (),
        )
    except CampusError as error:
        form.add_error(None, error.message)
        return render(request, template, facts, status=error.http_status)
    return redirect("card:issuing:order", public_id=order.public_id)


@require_POST
@never_cache
def check(request: HttpRequest, card_class: str) -> HttpResponse:
    """One field, looked at while the form is filled in: its shape alone. Whom a number belongs to is told to nobody here."""
    key = request.headers.get("HX-Trigger-Name", "")
    if viewer_of(request).person_id is None or card_class not in Card.Class.values or key not in KEYS:
        raise Http404
    typed = {one: request.POST.get(one, "").strip() for one in KEYS}
    is_batch = "photo_name" in request.POST
    form = RowForm(request.POST, card_class=card_class, is_batch=is_batch)
    fault = shape_errors(card_class, typed, is_batch=is_batch).get(key) if typed[key] else None
    if key not in form.fields:
        raise Http404
    if fault:
        form.add_error(key, fault)
    return render(request, "card_issuing/_checked.html", {"item": form[key]})


@require_safe
@never_cache
def proof(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """For the office and the leader who decides; each look is logged."""
    found = Proof.objects.select_related("row__order").filter(public_id=public_id).first()
    if found is None:
        raise Http404
    access = access_of(viewer_of(request), found.row.order)
    if not (access.is_office or access.is_leader):
        raise Http404
    content = personal.open_proof(by=person_at(request), proof=found, purpose=found.row.order.number)
    answer = HttpResponse(content, content_type=found.content_type or "application/octet-stream")
    answer["Content-Disposition"] = "inline" if found.content_type.startswith("image/") else "attachment"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
