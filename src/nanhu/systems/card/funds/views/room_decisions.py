"""What two people decide of a list of rooms: to take it, and to give it back."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nanhu.systems.card.forms import RefusalForm
from nanhu.systems.card.funds.forms import AskBackForm
from nanhu.systems.card.funds.models import RoomList
from nanhu.systems.card.funds.policies import biller_only
from nanhu.systems.card.funds.services import room_lists, room_returns
from nanhu.systems.card.funds.views.rooms import list_with, show
from nanhu.systems.card.views.frame import person_at

type Step = Callable[..., RoomList]
type View = Callable[..., HttpResponseBase]


def step(do: Step, told: str | Promise) -> View:
    """A press of a button, and the list again."""

    def press(request: HttpRequest, public_id: UUID) -> HttpResponse:
        do(by=person_at(request), room_list=list_with(public_id))
        messages.success(request, str(told))
        return redirect("card:room_list", public_id=public_id)

    return require_POST(biller_only(press))


submit = step(room_lists.submit, _("已提交，等另一位经办人复核。"))
discard = step(room_lists.discard, _("已作废，一笔也没有扣。"))
approve = step(room_lists.approve, _("已同意，正在逐笔扣款。"))
try_again = step(room_lists.try_again, _("正在把没扣到的再扣一次。"))
keep_taken = step(room_returns.keep_taken, _("不退回，保持已扣款。"))
grant_back = step(room_returns.grant_back, _("已同意，正在逐笔退回。"))


@require_POST
@biller_only
def refuse(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found, form = list_with(public_id), RefusalForm(request.POST)
    if not form.is_valid():
        return show(request, found, status=422, refusal=form)
    room_lists.refuse(by=person_at(request), room_list=found, answer=form.cleaned_data["answer"])
    messages.success(request, str(_("已回复不同意。")))
    return redirect("card:room_list", public_id=public_id)


@require_POST
@biller_only
def ask_back(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found, form = list_with(public_id), AskBackForm(request.POST)
    if not form.is_valid():
        return show(request, found, status=422, ask_back=form)
    room_returns.ask_back(by=person_at(request), room_list=found, reason=form.cleaned_data["reason"])
    messages.success(request, str(_("已提出，等另一位经办人同意退回。")))
    return redirect("card:room_list", public_id=public_id)
