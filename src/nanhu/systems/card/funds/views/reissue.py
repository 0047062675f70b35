"""Reissue at the counter (补卡): a document, a face, a fee; the old card's money frozen; and claims whose outcome is open."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.errors import CampusError
from nanhu.kernel.school import school
from nanhu.platforms.people import api as people
from nanhu.systems.card.errors import CardNotFoundError
from nanhu.systems.card.forms import DOCUMENTS
from nanhu.systems.card.funds import queries
from nanhu.systems.card.funds.forms import ReissueForm
from nanhu.systems.card.funds.models import CardReissue
from nanhu.systems.card.funds.policy import reissue_rule
from nanhu.systems.card.funds.services.reissue import Shown, reissue
from nanhu.systems.card.views.counter import person_facts
from nanhu.systems.card.views.frame import card_with, clerk_only

PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@clerk_only
def reissue_card(request: HttpRequest, public_id: UUID) -> HttpResponse:
    card, form = card_with(public_id), ReissueForm(request.POST or None)
    error, status = "", 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            reissue(
                by=person_at(request),
                card=card,
                reason=said["reason"],
                at=str(school().card_office_place),
                fee_fen=reissue_rule().fee_fen(said["reason"]),
                key=f"counter:{said['key']}",
                uid=said["uid"].upper(),
                shown=shown_by(said),
            )
        except CampusError as refusal:
            error, status = refusal.message, refusal.http_status
        else:
            made = CardReissue.objects.get(key=f"counter:{said['key']}")
            return redirect("card:reissue", public_id=made.public_id)
    facts = {**person_facts(card), "form": form, "error": error, "rule": reissue_rule()}
    return render(request, "card/funds/reissue.html", facts, status=status)


def shown_by(said: dict[str, str]) -> Shown:
    document = f"{dict(DOCUMENTS)[said['document']]} …{said['document_tail'].upper()}"
    return Shown(document=document, is_fee_cash=said["fee_from"] == "cash")


@require_safe
@never_cache
@clerk_only
def slip(request: HttpRequest, public_id: UUID) -> HttpResponse:
    rows = CardReissue.objects.select_related("old_card", "new_card", "claimable")
    found = rows.filter(public_id=public_id, state=CardReissue.State.DONE).first()
    if found is None:
        raise CardNotFoundError
    person = people.person_card(found.old_card.person_id)
    facts = {
        "reissue": found,
        "person": person,
        "school": school(),
        "tie": person.affiliations[0] if person and person.affiliations else None,
    }
    return render(request, "card/funds/reissue_slip.html", facts)


@require_safe
@never_cache
@clerk_only
def open_claims(request: HttpRequest) -> HttpResponse:
    """Money under way to a chip whose outcome nobody knows yet."""
    page = Paginator(queries.open_orders(), PAGE).get_page(request.GET.get("page"))
    persons = people.person_cards({order.card.person_id for order in page.object_list})
    rows = [(order, persons.get(order.card.person_id)) for order in page.object_list]
    return render(request, "card/funds/claims.html", {"page": page, "rows": rows})
