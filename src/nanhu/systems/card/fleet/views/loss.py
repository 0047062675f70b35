"""Reporting lost (挂失): by the holder in two taps, by a clerk; taking it back (解挂) by a clerk, or where the school wants it by its holder."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from nanhu.kernel.actors import person_at
from nanhu.kernel.kit import PageRequest
from nanhu.kernel.school import school
from nanhu.platforms.identity.api import fresh_sign_in_required, second_factor_required
from nanhu.systems.card import queries
from nanhu.systems.card.errors import ReportedAlreadyError
from nanhu.systems.card.fleet.desk import reports_list
from nanhu.systems.card.fleet.exposure import exposure_of
from nanhu.systems.card.forms import CancelLossForm, CounterLossForm
from nanhu.systems.card.models import Card, LossReport
from nanhu.systems.card.services.loss import (
    cancel_loss,
    cancel_own_loss,
    may_be_reported,
    may_holder_cancel,
    report_lost,
)
from nanhu.systems.card.views import counter
from nanhu.systems.card.views.counter import person_facts
from nanhu.systems.card.views.frame import own_card


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The second of two taps: says what will happen, and does it."""
    card = own_card(request)
    if request.method == "POST":
        report_lost(by=person_at(request), card=card, reason=gettext_noop("本人在网页上挂失"))
        messages.success(request, _("已挂失。从现在起，任何联网的消费机都会拒绝这张卡。"))
        return redirect("card:home")
    facts = {
        "card": card,
        "may_report": may_be_reported(card),
        "holding": queries.holding_of(card),
        "school": school(),
        "exposure": exposure_of(card),
        "may_take_back": may_holder_cancel(),
        "supplier": queries.door_supplier(),
    }
    return render(request, "card/report_lost.html", facts)


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


def shown(request: PageRequest, card: Card, *, where: str) -> dict[str, Any]:
    """`where`: the state of cards that the page is for. One that a vendor blocked is fit for both."""
    is_fit = may_be_reported(card) if where == Card.State.ISSUED else card.state == where
    return {**person_facts(card), "reports": reports_list(request, card), "is_fit": is_fit}


@counter.card.form(
    "loss/",
    CounterLossForm,
    title=_lazy("代为挂失"),
    submit=_lazy("挂失"),
    tone="danger",
    icon="shield-alert",
    refused=_lazy("没有办成，卡没有改动"),
    template="card/counter_loss.html",
    facts=partial(shown, where=Card.State.ISSUED),
    done=_lazy("已挂失，消费机从现在起拒绝这张卡。"),
)
def loss(request: PageRequest, form: CounterLossForm, card: Card) -> None:
    """Where somebody else was quicker, the clerk learns it: the report that stands is not this one."""
    if card.state == Card.State.LOST and not may_be_reported(card):
        raise ReportedAlreadyError
    way, said = LossReport.Way.COUNTER, form.cleaned_data
    report_lost(by=request.actor, card=card, reason=said["reason"], way=way, proof=said["document"])


@counter.card.form(
    "loss/take-back/",
    CancelLossForm,
    title=_lazy("解挂"),
    submit=_lazy("解挂"),
    icon="shield-check",
    refused=_lazy("没有办成，卡没有改动"),
    template="card/counter_loss_end.html",
    facts=partial(shown, where=Card.State.LOST),
    done=_lazy("已解挂，这张卡现在可以消费。"),
)
def take_loss_back(request: PageRequest, form: CancelLossForm, card: Card) -> None:
    cancel_loss(by=request.actor, card=card, **form.cleaned_data)
