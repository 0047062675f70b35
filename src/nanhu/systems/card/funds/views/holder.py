"""What waits for its holder (待领款): own sums only, and what to do about each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nanhu.kernel.clock import now
from nanhu.kernel.kit import Moment, Money, Table, Text, list_of
from nanhu.kernel.school import school
from nanhu.systems.card.funds import queries
from nanhu.systems.card.funds.models import Claimable
from nanhu.systems.card.queries import card_of
from nanhu.systems.card.views.frame import viewer_of

PAST = 50


class Past(Table):
    source = Text(_("来源"), names=dict(Claimable.Source.choices))
    reference = Text(_("说明"))
    ended_at = Moment(_("了结时间"))
    state = Text(_("状态"), names=dict(Claimable.State.choices))
    amount_fen = Money(_("金额"))


@require_safe
@never_cache
def funds(request: HttpRequest) -> HttpResponse:
    card = card_of(viewer_of(request).person_id)
    if card is None:
        return render(request, "card/none.html", {"school": school()})
    facts = {
        "card": card,
        "waiting": queries.waiting_of(card.wallet),
        "past": list_of(request, Past, list(queries.past_of(card.wallet)[:PAST]), caption=_("已经了结的")),
        "as_of": now(),
        "school": school(),
    }
    return render(request, "card/funds/waiting.html", facts)
