"""My bank agreement (银行签约): each step as it stands, the bank's own words, another card, an end."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import gettext_noop
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.errors import CampusError
from nanhu.kernel.kit import Moment, Table, Text, list_of
from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.identity.api import fresh_sign_in_required
from nanhu.platforms.payments.errors import NoAgreementError
from nanhu.platforms.payments.forms import BankCardForm
from nanhu.platforms.payments.models import Agreement
from nanhu.platforms.payments.services import agreements
from nanhu.platforms.payments.uses import USES, Terms
from nanhu.platforms.people import api as people

PURPOSE = "本人查看银行签约"
PAST = 10


class Past(Table):
    created_at = Moment(_lazy("提交时间"))
    card = Text(_lazy("银行卡"), lambda one: f"{one.channel.name} {one.tail}")
    state = Text(_lazy("状态"), "get_state_display")
    sentence = Text(_lazy("银行答复"))


def own_person_id(request: HttpRequest) -> int:
    person_id = viewer_of(request).person_id
    if person_id is None:
        raise Http404
    return person_id


def terms_for(person_id: int) -> list[Terms]:
    """Of each room that would use an agreement of this person."""
    return [terms for use in USES if (terms := use.terms(person_id)) is not None]


@require_safe
def agreement(request: HttpRequest) -> HttpResponse:
    person_id = own_person_id(request)
    rows = list(Agreement.objects.filter(person_id=person_id).select_related("channel").order_by("-pk")[:PAST])
    active = next((one for one in rows if one.state == Agreement.State.ACTIVE), None)
    asked = next((one for one in rows if one.state == Agreement.State.ASKED), None)
    terms = terms_for(person_id)
    is_known = bool(terms) and bool(people.id_number_of(person_id, by=person_at(request), purpose=PURPOSE))
    facts = {
        "active": active,
        "asked": asked,
        "newest": rows[0] if rows else None,
        "is_known": is_known,
        "steps": steps(),
        "past": list_of(request, Past, [one for one in rows if one not in (active, asked)], caption=_("以前的签约")),
        "terms": terms,
        "step": step_of(is_known=is_known, asked=asked, active=active),
    }
    return render(request, "payments/own_agreement.html", facts)


def steps() -> list[str]:
    return [_("实名核对"), _("填银行卡"), _("银行核验"), _("已开通")]


def step_of(*, is_known: bool, asked: Agreement | None, active: Agreement | None) -> int:
    """Where the holder stands: read from what is written down, so that leaving the page loses nothing."""
    if asked is not None:
        return 3
    if active is not None:
        return 5
    return 2 if is_known else 1


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("card_number", "phone")
@fresh_sign_in_required
def bank_card(request: HttpRequest) -> HttpResponse:
    """A first card, or another in place of the one that is signed. The bank answers within seconds; the next page looks by itself."""
    person_id, form, error = own_person_id(request), BankCardForm(request.POST or None), ""
    if not terms_for(person_id):
        raise Http404
    if request.method == "POST" and form.is_valid():
        try:
            agreements.ask_by_form(by=person_at(request), person_id=person_id, **form.cleaned_data)
            return redirect("agreement:own")
        except CampusError as refusal:
            error = refusal.message
    active = agreements.active_agreement(person_id)
    facts = {"form": form, "error": error, "active": active, "steps": steps()}
    return render(request, "payments/bank_card.html", facts, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def end(request: HttpRequest) -> HttpResponse:
    person_id, error = own_person_id(request), ""
    if request.method == "POST":
        try:
            agreements.cancel(by=person_at(request), person_id=person_id, reason=gettext_noop("本人在网页上解约"))
        except NoAgreementError as refusal:
            error = "" if agreements.is_recently_ended(person_id) else refusal.message
        except CampusError as refusal:
            error = refusal.message
        if not error:
            messages.success(request, _("已解约。这张银行卡从现在起不再用，已经转过来的钱不受影响。"))
            return redirect("agreement:own")
    facts = {
        "active": agreements.active_agreement(person_id),
        "error": error,
        "effects": [effect for terms in terms_for(person_id) for effect in terms.at_its_end],
    }
    return render(request, "payments/agreement_end.html", facts, status=422 if error else 200)
