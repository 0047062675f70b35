"""The counter (一卡通柜台): find a person, see the card, take cash. Made for the hundredth time today."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.errors import CampusError
from nanhu.platforms.people import api as people
from nanhu.systems.card import queries
from nanhu.systems.card.forms import ExceptionForm, TopUpForm
from nanhu.systems.card.limits import counter_limits
from nanhu.systems.card.models import Card
from nanhu.systems.card.policies import may_bring_cash
from nanhu.systems.card.rows import line_of
from nanhu.systems.card.services.top_up import top_up_with_cash
from nanhu.systems.card.views.frame import card_with, clerk_only, viewer_of
from nanhu.systems.card.waiting import waiting_for

FOUND = 20
RECENT = 6


@require_safe
@never_cache
@clerk_only
def search(request: HttpRequest) -> HttpResponse:
    """One hit opens at once, so that a scanned card needs no further key."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:40]
    found = find(text) if text else []
    if len(found) == 1 and found[0][1] is not None:
        return redirect("card:counter_card", public_id=found[0][1].public_id)
    facts = {"text": text, "found": found, "waiting": waiting_for(viewer_of(request).account_id)}
    return render(request, "card/counter.html", facts)


def find(text: str) -> list[tuple[people.PersonCard, Card | None]]:
    """By the card's number or chip, else as people are found; who has no card is shown and says so."""
    typed = people.halfwidth(text).upper()
    exact = list((Card.objects.filter(uid=typed) | Card.objects.filter(number=typed))[:2])
    if exact:
        persons = people.person_cards([card.person_id for card in exact])
        return [(persons[card.person_id], card) for card in exact]
    found = people.search_people(text, FOUND)
    cards = queries.cards_of_people([person.person_id for person in found])
    return [(person, cards.get(person.person_id)) for person in found]


@require_safe
@never_cache
@clerk_only
def card(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return show(request, card_with(public_id))


def show(
    request: HttpRequest,
    found: Card,
    *,
    status: int = 200,
    form: TopUpForm | ExceptionForm | None = None,
    error: str = "",
) -> HttpResponse:
    """The till for who may bring cash, the request of an exception for who may not."""
    is_open = may_bring_cash(found)
    wanted = TopUpForm if is_open else ExceptionForm
    facts = {
        **person_facts(found),
        "is_open": is_open,
        "form": form if isinstance(form, wanted) else wanted(),
        "error": error,
        "limits": counter_limits(),
        "presets": presets(),
    }
    return render(request, "card/counter_card.html", facts, status=status)


def presets() -> list[str]:
    """Sums one key away, as they are typed."""
    return [f"{fen // 100}" if fen % 100 == 0 else f"{fen / 100:.2f}" for fen in counter_limits().presets_fen]


def person_facts(found: Card) -> dict[str, Any]:
    person = people.person_card(found.person_id)
    recent = queries.statement(found.wallet, None)[:RECENT]
    return {
        "card": found,
        "person": person,
        "tie": person.affiliations[0] if person and person.affiliations else None,
        "holding": queries.holding_of(found),
        "lines": [line_of(row) for row in recent],
    }


@require_POST
@clerk_only
def top_up(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found, form = card_with(public_id), TopUpForm(request.POST)
    if not form.is_valid():
        return show(request, found, status=422, form=form)
    said = form.cleaned_data
    try:
        taken = top_up_with_cash(by=person_at(request), card=found, amount_fen=said["amount"], token=said["token"])
    except CampusError as error:
        return show(request, found, status=error.http_status, form=form, error=error.message)
    return to_receipt(taken.top_up.receipt_id, is_repeated=taken.is_repeated)


def to_receipt(receipt_id: int, *, is_repeated: bool) -> HttpResponse:
    return redirect(reverse("card:counter_receipt", args=[receipt_id]) + ("?again=1" if is_repeated else ""))
