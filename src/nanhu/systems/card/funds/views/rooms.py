"""Water and power by room (水电代扣): the form to fill in, the list checked as a whole, what became of each share."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from nanhu.kernel.actors import Actor
from nanhu.kernel.bodies import takes_files
from nanhu.kernel.errors import CampusError
from nanhu.kernel.models import Progress
from nanhu.kernel.money import plain_yuan
from nanhu.kernel.sheets.writing import WORKBOOK, csv_lines
from nanhu.systems.card.forms import RefusalForm
from nanhu.systems.card.funds import room_queries as queries
from nanhu.systems.card.funds import room_sheets
from nanhu.systems.card.funds.forms import LARGEST_FILE, AskBackForm, RoomListForm
from nanhu.systems.card.funds.models import RoomList, RoomShare
from nanhu.systems.card.funds.policies import biller_only
from nanhu.systems.card.funds.room_errors import RoomListNotFoundError
from nanhu.systems.card.funds.services.payout_files import RowFault
from nanhu.systems.card.funds.services.room_files import check_rooms
from nanhu.systems.card.funds.services.room_lists import known_list, make_list
from nanhu.systems.card.policies import is_clerk
from nanhu.systems.card.views.frame import person_at, viewer_of

PAGE = 30
ROWS = 100
SHOWN_FAULTS = 200


def list_with(public_id: UUID) -> RoomList:
    found = RoomList.objects.filter(public_id=public_id).first()
    if found is None:
        raise RoomListNotFoundError
    return found


@require_safe
@never_cache
@biller_only
def lists(request: HttpRequest) -> HttpResponse:
    page = Paginator(RoomList.objects.order_by("-created_at", "-id"), PAGE).get_page(request.GET.get("page"))
    return render(request, "card/funds/room_lists.html", {"page": page, "me": viewer_of(request).account_id})


@require_safe
@biller_only
def template(request: HttpRequest) -> HttpResponse:
    """Empty, or with who was charged where last time."""
    rows = queries.last_occupants() if "last" in request.GET else ()
    answer = HttpResponse(room_sheets.template(rows), content_type=WORKBOOK)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote('水电代扣账单.xlsx')}"
    answer["Cache-Control"] = "no-store"
    return answer


@takes_files(largest=LARGEST_FILE + 100_000)
@require_http_methods(["GET", "HEAD", "POST"])
@biller_only
def new(request: HttpRequest) -> HttpResponse:
    form = RoomListForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return show_new(request, form)
    if not form.is_valid():
        return show_new(request, form, status=422)
    try:
        made, faults = take_list(by=person_at(request), form=form)
    except CampusError as error:
        return show_new(request, form, error=error.message, status=error.http_status)
    if made is None:
        return show_new(request, form, faults=faults, status=422)
    return redirect("card:room_list", public_id=made.public_id)


@transaction.atomic
def take_list(*, by: Actor, form: RoomListForm) -> tuple[RoomList | None, list[RowFault]]:
    """The list that this form makes or made. The form is locked before its rooms are looked up: its own are charged by now."""
    said = form.cleaned_data
    if (known := known_list(by=by, token=said["token"])) is not None:
        return known, []
    checked = check_rooms(room_sheets.read_rooms(said["file"]))
    if checked.faults:
        return None, checked.faults
    facts = {"title": said["title"], "rooms": checked.rooms, "file_name": form.file_name}
    return make_list(by=by, token=said["token"], **facts), []


def show_new(
    request: HttpRequest,
    form: RoomListForm,
    *,
    faults: list[RowFault] | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    faults = faults or []
    facts = {"form": form, "faults": faults[:SHOWN_FAULTS], "fault_count": len(faults), "error": error}
    return render(request, "card/funds/room_new.html", facts, status=status)


@require_safe
@never_cache
@biller_only
def room_list(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return show(request, list_with(public_id))


def show(request: HttpRequest, found: RoomList, *, status: int = 200, **forms: Any) -> HttpResponse:
    shown, me = request.GET.get("show", ""), viewer_of(request).account_id
    page = Paginator(queries.shares_of(found, shown), ROWS).get_page(request.GET.get("page"))
    facts: dict[str, Any] = {
        "list": found, "page": page, "rows": [(share, why_of(share)) for share in page.object_list], "shown": shown,
        "report": queries.report_of(found), "sums": queries.sums_by_building(found), "is_mine": found.author_id == me,
        "is_asked_by_me": found.asker_id == me, "may_correct": is_clerk(viewer_of(request)),
        "refusal": RefusalForm(), "ask_back": AskBackForm(),
        "progress": Progress.objects.filter(public_id=found.progress_id).first() if found.progress_id else None,
    } | forms  # fmt: skip
    return render(request, "card/funds/room_list.html", facts, status=status)


def why_of(share: RoomShare) -> str:
    return str(queries.WHY.get(share.why, share.why))


@require_safe
@biller_only
def export(request: HttpRequest, public_id: UUID) -> StreamingHttpResponse:
    """The shares of the same filter: what could not be taken goes back to the office as a file."""
    found = list_with(public_id)
    rows = queries.shares_of(found, request.GET.get("show", ""))
    name = f"rooms-{found.created_at:%Y%m%d}-{found.pk}.csv"
    return StreamingHttpResponse(
        lines_of(rows.iterator(chunk_size=2000)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def lines_of(shares: Iterable[Any]) -> Iterator[str]:
    heads = [
        _("行号"), _("楼栋"), _("房间"), _("学工号"), _("姓名"), _("项目"), _("月份"), _("金额（元）"), _("状态"), _("原因"),
    ]  # fmt: skip
    return csv_lines(heads, map(cells_of, shares))


def cells_of(share: Any) -> list[str]:
    state, bill = _("已退回") if share.is_given_back else str(share.get_state_display()), share.bill
    return [
        str(share.line), bill.building, bill.room, share.campus_no, share.name, str(bill.get_item_display()),
        f"{bill.month:%Y-%m}", plain_yuan(share.amount_fen), state, why_of(share),
    ]  # fmt: skip
