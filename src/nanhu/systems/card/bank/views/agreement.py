"""My bank agreement (银行签约): each step as it stands, the bank's own words, another card, an end."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.errors import CampusError
from nanhu.kernel.school import school
from nanhu.platforms.identity.api import fresh_sign_in_required
from nanhu.platforms.payments import api as payments
from nanhu.platforms.people import api as people
from nanhu.systems.card.bank.forms import BankCardForm
from nanhu.systems.card.queries import card_of
from nanhu.systems.card.views.frame import own_card, viewer_of

PURPOSE = "本人查看银行签约"
PAST = 10


@require_safe
@never_cache
def agreement(request: HttpRequest) -> HttpResponse:
    card = card_of(viewer_of(request).person_id)
    if card is None:
        return render(request, "card/none.html", {"school": school()})
    rows = list(
        payments.Agreement.objects.filter(person_id=card.person_id)
        .select_related("channel", "replaces")
        .order_by("-pk")[:PAST]
    )
    active = next((one for one in rows if one.state == payments.Agreement.State.ACTIVE), None)
    asked = next((one for one in rows if one.state == payments.Agreement.State.ASKED), None)
    is_known = bool(people.id_number_of(card.person_id, by=person_at(request), purpose=PURPOSE))
    facts = {
        "active": active,
        "asked": asked,
        "newest": rows[0] if rows else None,
        "is_known": is_known,
        "steps": steps(),
        "past": [one for one in rows if one not in (active, asked)],
        "school": school(),
        "step": step_of(is_known=is_known, asked=asked, active=active),
    }
    return render(request, "card_bank/agreement.html", facts)


def steps() -> list[str]:
    return [_("实名核对"), _("填银行卡"), _("银行核验"), _("已开通")]


def step_of(*, is_known: bool, asked: payments.Agreement | None, active: payments.Agreement | None) -> int:
    """Where the holder stands: read from what is written down, so that leaving the page loses nothing."""
    if asked is not None:
        return 3
    if active is not None:
        return 5
    return 2 if is_known else 1


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("card_number", "phone")
@fresh_sign_in_required
def bank_card(request: HttpRequest) -> HttpResponse:
    """A first card, or another in place of the one that is signed. The bank answers within seconds; the next page looks by itself."""
    card, form, error = own_card(request), BankCardForm(request.POST or None), ""
    active = payments.active_agreement(card.person_id)
    if request.method == "POST" and form.is_valid():
        ask = payments.change_bank_card if active else payments.sign_agreement
        try:
            ask(
                by=person_at(request),
                person_id=card.person_id,
                source=payments.Agreement.Source.WEB,
                **form.cleaned_data,
            )
        except CampusError as refusal:
            error = refusal.message
        else:
            return redirect("card:card_bank:agreement")
    facts = {"form": form, "error": error, "active": active, "steps": steps()}
    return render(request, "card_bank/bank_card.html", facts, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@fresh_sign_in_required
def cancel(request: HttpRequest) -> HttpResponse:
    card, error = own_card(request), ""
    if request.method == "POST":
        try:
            payments.cancel_agreement(by=person_at(request), person_id=card.person_id, reason=_("本人在网页上解约"))
        except CampusError as refusal:
            error = refusal.message
        else:
            messages.success(request, _("已解约。以后不能再从这张银行卡圈存，已经圈存的钱不受影响。"))
            return redirect("card:card_bank:agreement")
    facts = {"active": payments.active_agreement(card.person_id), "error": error}
    return render(request, "card_bank/cancel.html", facts, status=422 if error else 200)
