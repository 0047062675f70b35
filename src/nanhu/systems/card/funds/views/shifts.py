"""Closing a shift on two screens: the clerk's and the one of whoever counts again."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nanhu.kernel.actors import person_at
from nanhu.kernel.clock import now
from nanhu.kernel.errors import NotFoundError
from nanhu.kernel.kit.forms import RefusalForm
from nanhu.kernel.school import school
from nanhu.systems.card.funds.forms import CheckForm, CountForm, FloatForm, ShiftReasonForm
from nanhu.systems.card.funds.models import CardReissue
from nanhu.systems.card.models import Shift, TopUp
from nanhu.systems.card.services import shifts
from nanhu.systems.card.views.frame import clerk_only, viewer_of

PAGE = 30
COUNTED, CLOSED = Shift.State.COUNTED, Shift.State.CLOSED


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@clerk_only
def mine(request: HttpRequest) -> HttpResponse:
    """The drawer's own page: open with a float, or count and hand over; others' shifts to check; past ones."""
    me = viewer_of(request).account_id
    current = Shift.objects.filter(clerk_id=me).exclude(state=Shift.State.CLOSED).first()
    form = CountForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            shift = shifts.count_shift(by=person_at(request), counted_fen=form.cleaned_data["counted"])
            return redirect("card:shift", public_id=shift.public_id)
    page = Paginator(Shift.objects.order_by("-opened_at", "-id"), PAGE).get_page(request.GET.get("page"))
    facts = {
        "shift": current,
        "form": form,
        "float_form": FloatForm(),
        "page": page,
        "me": me,
    }
    return render(request, "card/funds/shifts.html", facts, status=status)


@require_POST
@clerk_only
def begin(request: HttpRequest) -> HttpResponse:
    form = FloatForm(request.POST)
    if form.is_valid():
        shifts.open_shift(by=person_at(request), float_fen=form.cleaned_data["float"])
        messages.success(request, _("已开班。"))
    else:
        messages.error(request, _("备用金写成 100 或 100.00 这样的数字。"))
    return redirect("card:shifts")


def shift_with(public_id: UUID) -> Shift:
    found = Shift.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFoundError(what=_("这一班"))
    return found


@require_safe
@never_cache
@clerk_only
def shift(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return show(request, shift_with(public_id))


def show(
    request: HttpRequest,
    found: Shift,
    *,
    form: RefusalForm | None = None,
    check_form: CheckForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """What should lie there is seen by whoever has said what does: the clerk after her count, everybody when it is closed."""
    is_mine = found.clerk_id == viewer_of(request).account_id
    until = found.counted_at or now()
    taken = TopUp.objects.filter(clerk_id=found.clerk_id, created_at__gte=found.opened_at, created_at__lte=until)
    fees = CardReissue.objects.filter(
        clerk_id=found.clerk_id, is_fee_cash=True, ended_at__gte=found.opened_at, ended_at__lte=until
    )
    facts = {
        "shift": found,
        "is_mine": is_mine,
        "form": form or RefusalForm(),
        "check_form": check_form or CheckForm(),
        "is_shown": found.state == CLOSED or (is_mine and found.state == COUNTED),
        "reason_form": ShiftReasonForm(),
        "counts": found.counts.order_by("at", "pk") if found.state == CLOSED else (),
        "taken_fen": taken.aggregate(fen=Sum("amount_fen"))["fen"] or 0,
        "taken_count": taken.count(),
        "fees_fen": fees.aggregate(fen=Sum("fee_fen"))["fen"] or 0,
        "fees_count": fees.count(),
        "school": school(),
    }
    return render(request, "card/funds/shift.html", facts, status=status)


@require_POST
@clerk_only
def check(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found, form = shift_with(public_id), CheckForm(request.POST)
    if not form.is_valid():
        return show(request, found, check_form=form, status=422)
    done = shifts.check_shift(by=person_at(request), shift=found, counted_fen=form.cleaned_data["counted"])
    if done.state == CLOSED:
        messages.success(request, _("已复点交班，现金入保险柜。"))
    else:
        messages.error(request, _("您点到的与经办人点到的不同，已退回重点，两次都记下了。"))
    return redirect("card:shift", public_id=public_id)


@require_POST
@clerk_only
def explain(request: HttpRequest, public_id: UUID) -> HttpResponse:
    form = ShiftReasonForm(request.POST)
    if form.is_valid():
        shifts.explain_shift(by=person_at(request), shift=shift_with(public_id), reason=form.cleaned_data["reason"])
    else:
        messages.error(request, _("请写明原因。"))
    return redirect("card:shift", public_id=public_id)


@require_POST
@clerk_only
def send_back(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found, form = shift_with(public_id), RefusalForm(request.POST)
    if not form.is_valid():
        return show(request, found, form=form, status=422)
    shifts.send_back(by=person_at(request), shift=found, reason=form.cleaned_data["answer"])
    messages.success(request, _("已退回重点。"))
    return redirect("card:shift", public_id=public_id)
