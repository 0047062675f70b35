"""Closing a shift on two screens: the clerk's and the one of whoever counts again."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import now
from nanhu.kernel.kit import Badge, Link, Money, PageRequest, Table, Who, form_of, list_of
from nanhu.kernel.kit.columns import NOTHING, Reader
from nanhu.kernel.kit.forms import RefusalForm
from nanhu.kernel.kit.records import record
from nanhu.kernel.registry import WaitingLine
from nanhu.kernel.school import school
from nanhu.kernel.ui import dates
from nanhu.kernel.ui.templatetags.ui import amount
from nanhu.systems.card.funds.forms import CheckForm, CountForm, FloatForm, ShiftReasonForm
from nanhu.systems.card.funds.models import CardReissue
from nanhu.systems.card.models import Shift, TopUp
from nanhu.systems.card.services import shifts as services
from nanhu.systems.card.views.counter import search

PAGE = 30
State = Shift.State


class Counted(Money):
    """What should lie there is seen by whoever has said what does: the clerk after her count, everybody when it is closed."""

    def words(self, value: Any, row: Shift, reader: Reader) -> str:
        is_told = row.state == State.CLOSED or (row.state == State.COUNTED and row.clerk_id == reader.account_id)
        return super().words(value, row, reader) if is_told else ""


class Difference(Counted):
    """By sign, colour and, for the ear, a word."""

    def shown(self, row: Shift, reader: Reader) -> str:
        value = self.value(row)
        return amount(value, sign=True) if value is not None and self.words(value, row, reader) else NOTHING


class Shifts(Table):
    opened_at = Link(_("开始"), lambda one: dates.moment_words(one.opened_at, now()), to="shift", sort="opened_at")
    clerk = Who(_("经办人"), "clerk_name", account="clerk_id")
    expected_fen = Counted(_("应有"), sort=False)
    counted_fen = Counted(_("点到"), sort=False)
    difference_fen = Difference(_("差额"))
    checker = Who(_("复点"), "checker_name")
    state = Badge(_("状态"), names=State.choices, tones={State.CLOSED: "good"}, tone="warn")


def shown(request: PageRequest) -> dict[str, Any]:
    """The drawer's own page: open with a float, or count and hand over; others' shifts to check; past ones."""
    rows = Shift.objects.order_by("-opened_at", "-id")
    return {
        "shift": Shift.objects.filter(clerk_id=request.viewer.account_id).exclude(state=State.CLOSED).first(),
        "float_form": form_of(request, FloatForm),
        "list": list_of(request, Shifts, rows, caption=_("各班"), per_page=PAGE),
    }


@search.form(
    "/funds/shifts/",
    CountForm,
    title=_("交班"),
    tab=_("交班"),
    lead=_("先由本人清点，再由另一位经办人复点；两人都填报后系统才比对，差额逐笔注明。"),
    template="card/funds/shifts.html",
    facts=shown,
    to="shift",
)
def shifts(request: PageRequest, form: CountForm) -> Shift:
    return services.count_shift(by=request.actor, counted_fen=form.cleaned_data["counted"])


@shifts.action("begin/", form=FloatForm, done=_("已开班。"))
def begin(request: PageRequest, form: FloatForm) -> None:
    services.open_shift(by=request.actor, float_fen=form.cleaned_data["float"])


@shifts.page("<uuid:public_id>/", title=_("交班单"), subject=record(Shift.objects.all(), _("这一班")))
def shift(request: PageRequest, found: Shift) -> HttpResponse:
    is_mine = found.clerk_id == request.viewer.account_id
    span = (found.opened_at, found.counted_at or now())
    taken = TopUp.objects.filter(clerk_id=found.clerk_id, created_at__range=span)
    fees = CardReissue.objects.filter(clerk_id=found.clerk_id, is_fee_cash=True, ended_at__range=span)
    facts = {
        "shift": found,
        "is_mine": is_mine,
        "form": form_of(request, RefusalForm),
        "check_form": form_of(request, CheckForm),
        "is_shown": found.state == State.CLOSED or (is_mine and found.state == State.COUNTED),
        "reason_form": form_of(request, ShiftReasonForm),
        "counts": found.counts.order_by("at", "pk") if found.state == State.CLOSED else (),
        "taken_fen": taken.aggregate(fen=Sum("amount_fen"))["fen"] or 0,
        "taken_count": taken.count(),
        "fees_fen": fees.aggregate(fen=Sum("fee_fen"))["fen"] or 0,
        "fees_count": fees.count(),
        "school": school(),
    }
    return render(request, "card/funds/shift.html", facts)


@shift.action("check/", form=CheckForm)
def check(request: PageRequest, form: CheckForm, found: Shift) -> None:
    done = services.check_shift(by=request.actor, shift=found, counted_fen=form.cleaned_data["counted"])
    if done.state == State.CLOSED:
        messages.success(request, _("已复点交班，现金入保险柜。"))
    else:
        messages.error(request, _("您点到的与经办人点到的不同，已退回重点，两次都记下了。"))


@shift.action("explain/", form=ShiftReasonForm)
def explain(request: PageRequest, form: ShiftReasonForm, found: Shift) -> None:
    services.explain_shift(by=request.actor, shift=found, reason=form.cleaned_data["reason"])


@shift.action("send-back/", form=RefusalForm, done=_("已退回重点。"))
def send_back(request: PageRequest, form: RefusalForm, found: Shift) -> None:
    services.send_back(by=request.actor, shift=found, reason=form.cleaned_data["answer"])


def counted_by_others(account: Any) -> QuerySet[Shift]:
    return Shift.objects.filter(state=State.COUNTED).exclude(clerk_id=account).order_by("counted_at", "pk")


def line_of(one: Shift) -> WaitingLine:
    """Not what the clerk counted: the second count is as blind."""
    return WaitingLine(
        title=_("复点交班"), url=shift.address(public_id=one.public_id), who=one.clerk_name, since=one.counted_at
    )


shifts.waits_for("card.shifts", counted_by_others, line_of)
