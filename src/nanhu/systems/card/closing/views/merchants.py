"""Merchants: finance keeps contracts, settles and pays; a merchant's people see their own takings and statements."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.clock import campus_today, now
from nanhu.kernel.errors import CampusError
from nanhu.kernel.money import format_yuan
from nanhu.kernel.school import school
from nanhu.platforms.identity import api as identity
from nanhu.platforms.people import api as people
from nanhu.systems.card.closing.forms import BindForm, ContractForm
from nanhu.systems.card.closing.models import Contract, MerchantUser, Settlement
from nanhu.systems.card.closing.policies import merchant_only, merchants_of
from nanhu.systems.card.closing.services import contracts, settling
from nanhu.systems.card.closing.takings import last_sales, today_of
from nanhu.systems.card.models import Merchant
from nanhu.systems.card.policies import FINANCE, finance_only
from nanhu.systems.card.views.frame import viewer_of

SHOWN = 24


@require_safe
@never_cache
@finance_only
def merchants(request: HttpRequest) -> HttpResponse:
    living = {one.merchant_id: one for one in Contract.objects.order_by("starts_on")}
    newest = {one.merchant_id: one for one in Settlement.objects.order_by("last")}
    rows = [(one, living.get(one.pk), newest.get(one.pk)) for one in Merchant.objects.order_by("canteen", "name")]
    return render(request, "card/closing/merchants.html", {"rows": rows})


@require_safe
@never_cache
@finance_only
def merchant(request: HttpRequest, key: str) -> HttpResponse:
    return show(request, get_object_or_404(Merchant, key=key))


def show(
    request: HttpRequest, found: Merchant, *, form: ContractForm | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    bound = MerchantUser.objects.filter(merchant=found).values_list("account__person_id", flat=True)
    facts = {
        "merchant": found,
        "contracts": Contract.objects.filter(merchant=found).order_by("-starts_on"),
        "settlements": Settlement.objects.filter(merchant=found).select_related("payout").order_by("-last")[:SHOWN],
        "form": form or ContractForm(initial={"starts_on": campus_today()}),
        "bind_form": BindForm(),
        "error": error,
        "people": people.person_cards(set(bound)).values(),
    }
    return render(request, "card/closing/merchant_office.html", facts, status=status)


@require_POST
@finance_only
def agree(request: HttpRequest, key: str) -> HttpResponse:
    found, form = get_object_or_404(Merchant, key=key), ContractForm(request.POST)
    if not form.is_valid():
        return show(request, found, form=form, status=422)
    said = form.cleaned_data
    terms = contracts.Terms(
        fee_per_mille=said["fee"],
        cycle=said["cycle"],
        payee=said["payee"],
        account_token=said["token"],
        account_last4=said["last4"],
        starts_on=said["starts_on"],
        ends_on=said["ends_on"],
    )
    try:
        contracts.agree(by=person_at(request), merchant=found, terms=terms)
    except CampusError as error:
        return show(request, found, form=form, error=error.message, status=error.http_status)
    messages.success(request, _("合同已登记。"))
    return redirect("card:merchant_office", key=key)


@require_POST
@finance_only
def bind(request: HttpRequest, key: str) -> HttpResponse:
    found, form = get_object_or_404(Merchant, key=key), BindForm(request.POST)
    number = form.cleaned_data["campus_no"].strip() if form.is_valid() else ""
    person = people.find_people_by_campus_no([number]).get(number)
    account = identity.account_of(person) if person is not None else None
    if account is None:
        return show(request, found, error=_("没有这个学工号的账号。"), status=422)
    contracts.let_see(by=person_at(request), account_id=account.pk, merchant=found)
    messages.success(request, _("已绑定；还须在账号管理里授予“商户”角色。"))
    return redirect("card:merchant_office", key=key)


@require_POST
@finance_only
def settle(request: HttpRequest) -> HttpResponse:
    made = settling.settle_due(by=person_at(request))
    messages.success(request, _("新结算 %(count)s 笔。") % {"count": len(made)})
    return redirect("card:merchant_payouts")


@require_safe
@never_cache
def settlement(request: HttpRequest, number: str) -> HttpResponse:
    """For finance, and for the merchant's own people."""
    viewer = viewer_of(request)
    found = get_object_or_404(Settlement.objects.select_related("merchant", "contract", "payout"), number=number)
    if FINANCE not in viewer.roles and found.merchant not in own_merchants(request):
        raise Http404
    by_day = settled_days(found)
    facts = {
        "settlement": found,
        "school": school(),
        "days": by_day,
        "day_bars": [(f"{day.month}.{day.day}", net / 100, format_yuan(net)) for day, _sold, _back, net in by_day],
        "others_fen": found.takings_fen - sum(row[3] for row in by_day),
    }
    return render(request, "card/closing/settlement.html", facts)


def settled_days(found: Settlement) -> list[tuple[date, int, int, int]]:
    """Sales, refunds and both together of each day; the settlement's own entry stands on the day it was posted and is left out."""
    days = settling.moved_by_day(found.merchant, first=found.first, last=found.last)
    return [(day, credit, debit, credit - debit) for day, credit, debit in days]


def own_merchants(request: HttpRequest) -> list[Merchant]:
    viewer = viewer_of(request)
    return merchants_of(viewer) if "card.merchant" in viewer.roles else []


def takings_of_yesterday(merchant: Merchant) -> int:
    """What to hold today against, and what there is to read before the first customer."""
    yesterday = campus_today() - timedelta(days=1)
    return sum(sold - back for _day, sold, back in settling.moved_by_day(merchant, first=yesterday, last=yesterday))


@require_safe
@never_cache
@merchant_only
def own(request: HttpRequest, key: str = "") -> HttpResponse:
    mine = merchants_of(viewer_of(request))
    found = next((one for one in mine if one.key == key), mine[0] if mine and not key else None)
    if found is None and key:
        raise Http404
    facts: dict[str, Any] = {"mine": mine, "merchant": found, "as_of": now()}
    if found is not None:
        today = today_of(found)
        facts |= {
            "today": today,
            "yesterday_fen": takings_of_yesterday(found),
            "sales": last_sales(found),
            "hour_bars": [(f"{hour:02d}", fen / 100, format_yuan(fen)) for hour, fen, _n in today.by_hour],
            "settlements": Settlement.objects.filter(merchant=found).select_related("payout").order_by("-last")[:SHOWN],
            "contract": contracts.contract_on(found, campus_today()),
        }
    return render(request, "card/closing/merchant.html", facts)
