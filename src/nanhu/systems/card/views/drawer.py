"""The receipt of a top-up, and what lies in a clerk's drawer today."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.school import school
from nanhu.platforms.people import api as people
from nanhu.systems.card import queries
from nanhu.systems.card.errors import CardNotFoundError
from nanhu.systems.card.models import TopUp
from nanhu.systems.card.protocol import receipt_number
from nanhu.systems.card.views.frame import clerk_only, viewer_of

PAGE = 50


@require_safe
@clerk_only
def receipt(request: HttpRequest, receipt_id: int) -> HttpResponse:
    found = TopUp.objects.select_related("receipt__card", "exception").filter(pk=receipt_id).first()
    if found is None or found.receipt.card is None:
        raise CardNotFoundError
    person = people.person_card(found.receipt.card.person_id)
    facts = {
        "top_up": found,
        "number": receipt_number(receipt_id),
        "card": found.receipt.card,
        "person": person,
        "tie": person.affiliations[0] if person and person.affiliations else None,
        "school": school(),
        "is_again": "again" in request.GET,
    }
    return render(request, "card/receipt.html", facts)


@require_safe
@never_cache
@clerk_only
def today(request: HttpRequest) -> HttpResponse:
    rows = queries.taken_by(viewer_of(request).account_id, campus_today())
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    persons = people.person_cards({row.receipt.card.person_id for row in page.object_list if row.receipt.card})
    facts = {
        "page": page,
        "as_of": now(),
        "rows": [(row, receipt_number(row.pk), named(persons, row)) for row in page.object_list],
    }
    return render(request, "card/drawer.html", facts)


def named(persons: dict[int, people.PersonCard], row: TopUp) -> str:
    person = persons.get(row.receipt.card.person_id) if row.receipt.card else None
    return person.name if person else ""
