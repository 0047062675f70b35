"""The counter's view of one purse: what is on the card, and why it differs from the book."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nanhu.platforms.people import api as people
from nanhu.systems.card.chip.models import Chip, SuspenseCase
from nanhu.systems.card.funds.services.difference import difference_of, recent_rows
from nanhu.systems.card.views.frame import card_with, clerk_only

SHOWN_ROWS = 20


@require_safe
@never_cache
@clerk_only
def card(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = card_with(public_id)
    chip = Chip.objects.filter(card=found).select_related("card").first()
    facts: dict[str, Any] = {"card": found, "person": people.person_card(found.person_id), "chip": chip}
    if chip is not None:
        cases = SuspenseCase.objects.filter(card=found).select_related("terminal").order_by("-created_at")[:SHOWN_ROWS]
        facts |= {"difference": difference_of(chip), "rows": recent_rows(chip, SHOWN_ROWS), "cases": list(cases)}
    return render(request, "card/funds/chip.html", facts)
