"""Topping up online (在线充值) on the holder's own page: a sum, the code to pay by, and what became of the money."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.clock import now
from nanhu.kernel.errors import CampusError
from nanhu.kernel.kit import Badge, Money, Table, Text, list_of
from nanhu.kernel.money import format_yuan, short_yuan
from nanhu.kernel.school import school
from nanhu.kernel.ui import dates, qr
from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.payments.api import AcquirerSilentError, Channel
from nanhu.systems.card.bank.errors import AcquirerBusyError, TopUpNotFoundError
from nanhu.systems.card.bank.forms import TopUpForm
from nanhu.systems.card.bank.limits import bank_limits
from nanhu.systems.card.bank.models import OnlineTopUp
from nanhu.systems.card.bank.services import top_ups
from nanhu.systems.card.queries import card_of
from nanhu.systems.card.views.frame import own_card

State = OnlineTopUp.State
MOVING = (State.ASKED, State.OPENED, State.PAID, State.REFUNDING)
RECENT = 8


def linked_moment(order: OnlineTopUp) -> str:
    address = reverse("card:card_bank:top_up_order", args=[order.number])
    return format_html('<a href="{}">{}</a>', address, dates.moment_words(order.created_at, now()))


class Orders(Table):
    at = Text(_("时间"), linked_moment)
    source = Text(_("来源"), "get_source_display")
    state = Badge(
        _("状态"),
        names=State.choices,
        tones={State.CREDITED: "good", State.CLOSED: "none", State.REFUNDED: "none"},
        tone="warn",
    )
    amount_fen = Money(_("金额"))


def channels() -> list[Channel]:
    return list(Channel.objects.filter(kind=Channel.Kind.ACQUIRER, is_on=True).order_by("id")[:1])


@require_http_methods(["GET", "HEAD", "POST"])
def top_up(request: HttpRequest) -> HttpResponse:
    card = card_of(viewer_of(request).person_id)
    if card is None:
        return render(request, "card/none.html", {"school": school()})
    form, error = TopUpForm(request.POST or None, channels=channels()), ""
    if request.method == "POST" and form.is_valid():
        try:
            made = top_ups.ask_top_up(
                by=person_at(request),
                card=card,
                amount_fen=form.cleaned_data["amount"],
                source=OnlineTopUp.Source.WEB,
                request=f"{card.pk}:{form.cleaned_data['token']}",
            )
            opened(made)
            return redirect("card:card_bank:top_up_order", number=made.number)
        except AcquirerBusyError:
            return redirect("card:card_bank:top_up_order", number=made.number)
        except CampusError as refusal:
            error = refusal.message
    limits, recent = bank_limits(), OnlineTopUp.objects.filter(card__wallet=card.wallet).order_by("-pk")
    facts = {
        "card": card,
        "form": form,
        "error": error,
        "presets": [short_yuan(fen) for fen in limits.presets_fen],
        "smallest": format_yuan(limits.smallest_fen),
        "largest": format_yuan(limits.largest_fen),
        "channels": channels(),
        "orders": list_of(request, Orders, list(recent[:RECENT]), caption=_("最近的在线充值")),
        "school": school(),
    }
    return render(request, "card_bank/top_up.html", facts, status=422 if form.is_bound else 200)


def opened(order: OnlineTopUp) -> OnlineTopUp:
    try:
        return top_ups.open_top_up(order)
    except AcquirerSilentError as error:
        raise AcquirerBusyError from error


def own_order(request: HttpRequest, number: str) -> OnlineTopUp:
    orders = OnlineTopUp.objects.filter(number=number, card__wallet=own_card(request).wallet)
    found = orders.select_related("channel", "claimable").first()
    if found is None:
        raise TopUpNotFoundError
    return found


@require_safe
def order(request: HttpRequest, number: str) -> HttpResponse:
    """Refreshes by itself until the money has arrived, gone back, or was never paid."""
    found = own_order(request, number)
    picture = ""
    if found.state == State.OPENED and found.address:
        picture = qr.picture(found.address, scale=6)
    facts = {
        "order": found,
        "is_moving": found.state in MOVING,
        "qr_code": picture,
        "as_of": now(),
        "school": school(),
        "pays_until": found.created_at + top_ups.CLOSES_AFTER,
    }
    return render(request, "card_bank/top_up_order.html", facts)


@require_POST
def ask_again(request: HttpRequest, number: str) -> HttpResponse:
    """UnionPay did not answer when the order was made: asked for the same order once more."""
    opened(own_order(request, number))
    return redirect("card:card_bank:top_up_order", number=number)
