"""The holder's page of PINs and limits: what they are, never the PINs themselves."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from nanhu.kernel.school import school
from nanhu.systems.card.pins import queries
from nanhu.systems.card.pins.policy import MEALS
from nanhu.systems.card.pins.services.limits import limits_of
from nanhu.systems.card.views.frame import own_card

MEAL_NAMES: tuple[str | Promise, ...] = (_("早餐"), _("午餐"), _("晚餐"), _("夜宵"))
assert len(MEAL_NAMES) == len(MEALS)  # noqa: S101  the two lists are one


@require_safe
def own(request: HttpRequest) -> HttpResponse:
    card = own_card(request)
    spent = queries.spent_today(card)
    facts = {
        "card": card,
        "states": queries.pin_states(card),
        "limits": limits_of(card),
        "spent": spent,
        "meal_name": MEAL_NAMES[spent.meal - 1] if spent.meal else "",
        "school": school(),
    }
    return render(request, "card/pins/own.html", facts)
