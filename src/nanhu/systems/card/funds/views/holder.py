"""What waits for its holder (待领款): own sums only, and what to do about each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nanhu.kernel.clock import now
from nanhu.kernel.school import school
from nanhu.systems.card.funds import queries
from nanhu.systems.card.queries import card_of
from nanhu.systems.card.views.frame import viewer_of

PAST = 50


@require_safe
@never_cache
def funds(request: HttpRequest) -> HttpResponse:
    card = card_of(viewer_of(request).person_id)
    if card is None:
        return render(request, "card/none.html", {"school": school()})
    facts = {
        "card": card,
        "waiting": queries.waiting_of(card.wallet),
        "past": queries.past_of(card.wallet)[:PAST],
        "as_of": now(),
        "school": school(),
    }
    return render(request, "card/funds/waiting.html", facts)
