"""Handing over, the list of left-over cards, the fee and its receipt."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import SIGNED_IN, Empty, Filters, Link, Moment, PageRequest, Search, Table, Text, form_of, listing
from nanhu.kernel.kit.records import Seen
from nanhu.kernel.school import school
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing import queries
from nanhu.systems.card.issuing.forms import CollectForm, FeeForm, HandForm
from nanhu.systems.card.issuing.models import FeePayment, OrderRow
from nanhu.systems.card.issuing.policies import (
    OFFICE,
    Access,
    access_of,
    delegations_of,
    is_office,
    is_office_or_acts,
)
from nanhu.systems.card.issuing.services import handing, paying, regulations
from nanhu.systems.card.issuing.views.desk import SeenOrder, desk, issuing, order
from nanhu.systems.card.protocol import receipt_number


class LeftOver(Table):
    name = Link(_("姓名"), to="hand", by=("pk",))
    campus_no = Text(_("学工号"), is_number=True)
    unit = Text(_("部门"), is_term=True)
    order = Link(_("制卡单"), "order__title", to="order", by=("order__public_id",))
    made_at = Moment(_("制好"))


class Typed(Search):
    """A number from its beginning, or a part of the name; a scanner's line goes into the field at once."""

    def fields(self) -> Mapping[str, forms.Field]:
        fields = super().fields()
        fields[""].widget.attrs["autofocus"] = "autofocus"
        return fields

    def condition(self, given: Mapping[str, Any]) -> Q | None:
        text = people.halfwidth(given[""] or "").strip()
        return Q(campus_no__istartswith=text) | Q(name__contains=text) if text else None


class LeftOverFilters(Filters):
    q = Typed(label=_("学工号或姓名"))


def left_for(request: PageRequest) -> QuerySet[OrderRow]:
    """Left-over cards this viewer may hand over: the office all, a delegate those of their units."""
    if is_office(request.viewer):
        return queries.left_over()
    codes = [one.unit_code for one in delegations_of(request.viewer.person_id) if one.role == "agent"]
    return queries.left_over().filter(order__unit_code__in=people.unit_codes_below(codes))


@issuing.page("hand/", title=_("发卡"), tab=_("发卡"), allows=is_office_or_acts)
def hand_search(request: PageRequest) -> HttpResponseBase:
    """The desk on the orientation site and the office's counter: a number or a name, Enter, and the card to hand over."""
    rows, filters = left_for(request), LeftOverFilters(request.GET)
    found = filters.narrow(rows) if filters.chips else rows.none()
    first_two = list(found[:2])
    if len(first_two) == 1:
        return redirect("card:issuing:hand", pk=first_two[0].pk)
    facts = {"left": rows.count(), "is_asked": bool(filters.chips)}
    hint = Empty(
        title=_("学工号或姓名"), icon="keyboard", text=_("输入号码回车直接打开；勾选、回车，再回到这里接下一位。")
    )
    template = "card_issuing/hand_search.html"
    return listing(request, LeftOver, found, LeftOverFilters, empty=hint, template=template, facts=facts)


@issuing.page(
    "left-over/",
    title=_("未领的卡"),
    tab=_("未领的卡"),
    lead=_("制好了还没有领走的。迎新现场没有领到的，到校园卡管理办公室领。"),
    allows=is_office_or_acts,
)
def left_over(request: PageRequest) -> HttpResponseBase:
    none = Empty(title=_("没有未领的卡"), icon="circle-check", text=_("制好的卡都发出去了。"))
    return listing(request, LeftOver, left_for(request), LeftOverFilters, empty=none, export_as="未领的卡")


@dataclass(frozen=True, slots=True)
class SeenRow:
    row: OrderRow
    access: Access


def row_with(request: PageRequest, pk: int) -> SeenRow:
    row = get_object_or_404(OrderRow.objects.select_related("order", "card"), pk=pk)
    access = access_of(request.viewer, row.order)
    if not access.may_hand_over:
        raise Http404
    return SeenRow(row, access)


ROW = Seen(row_with)


def shown_row(request: PageRequest, seen: SeenRow) -> dict[str, Any]:
    row, payment = seen.row, FeePayment.objects.filter(row=seen.row).first()
    return {
        "row": row,
        "order": row.order,
        "payment": payment,
        "access": seen.access,
        "person": people.person_card(row.person_id) if row.person_id else None,
        "texts": regulations.all_current(),
        "fee": form_of(request, FeeForm),
        "owes": row.fee_fen > 0 and payment is None,
    }


@desk.form(
    "rows/<int:pk>/hand/",
    HandForm,
    title=_("发卡"),
    submit=_("发出，卡马上生效"),
    icon="check",
    roles=SIGNED_IN,
    subject=ROW,
    to="handed",
    done=_("已发出，卡从现在起有效。"),
    template="card_issuing/hand.html",
    facts=shown_row,
)
def hand(request: PageRequest, form: HandForm, seen: SeenRow) -> None:
    said = form.cleaned_data
    handing.hand_over(
        by=request.actor,
        row=seen.row,
        how=said["how"],
        handed_to=said["handed_to"],
        document=said["document"],
        code=said["code"],
        reason=said["reason"],
        accepted=tuple(regulations.TEXTS),
    )


@hand.action("take-fee/", form=FeeForm, roles=OFFICE, to="fee", done=_("工本费已收。"))
def take_fee(request: PageRequest, form: FeeForm, seen: SeenRow) -> None:
    paying.take_fee(by=request.actor, row=seen.row, method=form.cleaned_data["method"])


@desk.page("rows/<int:pk>/fee/", title=_("工本费收据"), roles=SIGNED_IN, subject=ROW)
def fee(request: PageRequest, seen: SeenRow) -> HttpResponse:
    payment = get_object_or_404(FeePayment, row=seen.row)
    number = receipt_number(payment.receipt_id or payment.entry_id)
    facts = {"row": seen.row, "payment": payment, "number": number, "school": school()}
    return render(request, "card_issuing/fee.html", facts)


@desk.page("rows/<int:pk>/handed/", title=_("领卡单"), roles=SIGNED_IN, subject=ROW)
def handed(request: PageRequest, seen: SeenRow) -> HttpResponse:
    """The slip to sign, and the next one."""
    if seen.row.state != OrderRow.State.HANDED:
        raise Http404
    facts = {"row": seen.row, "order": seen.row.order, "school": school(), "texts": regulations.all_current()}
    return render(request, "card_issuing/handed.html", facts)


@order.form(
    "collect/",
    CollectForm,
    title=_("整批交给领取人"),
    submit=_("已签收，交出"),
    icon="package",
    roles=OFFICE,
    done=_("整批已交给签收人，卡在逐人发放后生效。"),
    template="card_issuing/collect.html",
    initial=lambda _request, seen: {"signed_by": seen.order.collector},
    facts=lambda _request, seen: {"order": seen.order, "rows": seen.order.rows.order_by("line")},
)
def collect(request: PageRequest, form: CollectForm, seen: SeenOrder) -> None:
    said = form.cleaned_data
    handing.collect_batch(by=request.actor, order=seen.order, code=said["code"], signed_by=said["signed_by"])
