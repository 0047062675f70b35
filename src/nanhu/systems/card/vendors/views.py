"""The holder's side: which vendors may charge the card without a code, how much, and how to end it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.clock import now
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit import Empty, Markup, Moment, Money, Table, Text, list_of
from nanhu.kernel.ui import dates
from nanhu.platforms.identity.api import fresh_sign_in_required
from nanhu.platforms.openapi.api import vendor_with
from nanhu.systems.card.vendors import consents
from nanhu.systems.card.vendors.forms import ConsentForm
from nanhu.systems.card.vendors.models import Consent, VendorMerchant
from nanhu.systems.card.vendors.scopes import Scope
from nanhu.systems.card.views.frame import own_card

NO_CONSENT = Empty(
    title=_lazy("没有授权给任何单位"),
    icon="handshake",
    text=_lazy("点餐这类应用会请您授权；没有授权的，只能扫您手机上的付款码。"),
)


def state_of(one: Consent) -> str:
    if one.ended_at is None:
        return format_html('<span class="state state-good">{}</span>', _("有效"))
    return _("%(time)s已收回") % {"time": dates.moment_words(one.ended_at, now())}


class Consents(Table):
    vendor = Text(_lazy("接入单位"), "vendor__company")
    most_fen = Money(_lazy("每笔最多"))
    created_at = Moment(_lazy("起始日期"))
    state = Text(_lazy("状态"), state_of)
    end = Markup(_lazy("操作"), "card_vendors/_end_consent.html")


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    given = list(consents.consents_of(own_card(request).person_id))
    found = list_of(request, Consents, given, caption=_("授权扣款的单位"), empty=NO_CONSENT, per_page=len(given) or 1)
    return render(request, "card_vendors/mine.html", {"consents": found})


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def consent(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Where a vendor's own app or page sends the holder; `?reference=` is what the vendor calls this customer."""
    card, vendor = own_card(request), vendor_with(public_id)
    if not vendor.is_on or Scope.PAY not in vendor.scopes:
        raise NotFoundError(what=_("这家单位"))
    form = ConsentForm(request.POST or None, initial={"reference": request.GET.get("reference", "")[:64]})
    if form.is_bound and form.is_valid():
        consents.give(
            by=person_at(request),
            vendor=vendor,
            person_id=card.person_id,
            most_fen=form.cleaned_data["most"],
            reference=form.cleaned_data["reference"],
        )
        messages.success(request, _("已授权。随时可以在这里收回。"))
        return redirect("card:vendors:mine")
    shops = VendorMerchant.objects.filter(vendor=vendor, is_on=True).select_related("merchant")
    facts = {"vendor": vendor, "form": form, "shops": shops}
    return render(request, "card_vendors/consent.html", facts, status=422 if form.is_bound else 200)


@require_POST
def end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = get_object_or_404(Consent, public_id=public_id, person_id=own_card(request).person_id)
    consents.end(by=person_at(request), consent=found)
    messages.success(request, _("已收回，从现在起不能再扣。"))
    return redirect("card:vendors:mine")
