"""Reporting lost (挂失): by the holder in two taps, by a clerk; taking it back (解挂) by a clerk, or where the school wants it by its holder."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from nanhu.kernel.actors import person_at
from nanhu.kernel.kit import PageRequest
from nanhu.kernel.school import school
from nanhu.platforms.identity.api import fresh_sign_in_required, second_factor_required
from nanhu.systems.card import queries
from nanhu.systems.card.fleet.exposure import exposure_of
from nanhu.systems.card.fleet.queries import reports_of
from nanhu.systems.card.forms import CancelLossForm, CounterLossForm
from nanhu.systems.card.models import Card, LossReport
from nanhu.systems.card.services.loss import cancel_loss, cancel_own_loss, may_holder_cancel, report_lost
from nanhu.systems.card.views import counter
from nanhu.systems.card.views.counter import person_facts
from nanhu.systems.card.views.frame import own_card


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The second of two taps: says what will happen, and does it."""
    card = own_card(request)
    if request.method == "POST":
        report_lost(by=person_at(request), card=card, reason=_("本人在网页上挂失"))
        messages.success(request, _("已挂失。从现在起，任何联网的消费机都会拒绝这张卡。"))
        return redirect("card:home")
    facts = {
        "card": card,
        "holding": queries.holding_of(card),
        "school": school(),
        "exposure": exposure_of(card),
        "may_take_back": may_holder_cancel(),
    }
    return render(request, "card/report_lost.html", facts)


@never_cache
def take_back(request: HttpRequest) -> HttpResponseBase:
    """Of one's own card, where the school lets holders do it (A118); else there is no such page."""
    if not may_holder_cancel():
        raise Http404
    return take_back_own(request)


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
@second_factor_required
def take_back_own(request: HttpRequest) -> HttpResponse:
    card = own_card(request)
    if request.method == "POST":
        cancel_own_loss(by=person_at(request), card=card)
        messages.success(request, _("已解挂，这张卡现在可以消费。"))
        return redirect("card:home")
    return render(request, "card/take_back.html", {"card": card, "holding": queries.holding_of(card)})


def loss_form(*given: Any, card: Card, **more: Any) -> CancelLossForm | CounterLossForm:
    form = CancelLossForm if card.state == Card.State.LOST else CounterLossForm
    return form(*given, **more)


def shown(_request: PageRequest, card: Card) -> dict[str, Any]:
    is_lost = card.state == Card.State.LOST
    said = (_("解挂"), "primary", "shield-check") if is_lost else (_("挂失"), "danger", "shield-alert")
    facts = dict(zip(("submit", "tone", "icon"), said, strict=True))
    return {**person_facts(card), **facts, "reports": reports_of(card)}


@counter.card.form(
    "loss/",
    loss_form,
    title=_lazy("挂失与解挂"),
    template="card/counter_loss.html",
    facts=shown,
    arguments=lambda _request, card: {"card": card},
    done=str,
)
def loss(request: PageRequest, form: CancelLossForm | CounterLossForm, card: Card) -> str:
    """Reports a card that pays, takes back the report of a lost one."""
    said = form.cleaned_data
    if isinstance(form, CancelLossForm):
        cancel_loss(by=request.actor, card=card, **said)
        return _("已解挂，这张卡现在可以消费。")
    way, reason = LossReport.Way.COUNTER, said["reason"]
    report_lost(by=request.actor, card=card, reason=reason, way=way, proof=said["document"])
    return _("已挂失，消费机从现在起拒绝这张卡。")
