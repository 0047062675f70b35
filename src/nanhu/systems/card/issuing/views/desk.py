"""The console of the card office (制卡与发卡): its list of orders, and the page of one order for everybody it concerns."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.db.models import Case, Q, Value, When
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.kit import (
    SIGNED_IN,
    Badge,
    Console,
    Day,
    Empty,
    Filters,
    Link,
    Markup,
    Number,
    PageRequest,
    Search,
    Table,
    Text,
    Views,
    Who,
    form_of,
    list_of,
    listing,
)
from nanhu.kernel.kit.columns import Column, Tone
from nanhu.kernel.kit.forms import ReasonForm, RefusalForm
from nanhu.kernel.kit.records import Seen
from nanhu.kernel.ui import dates
from nanhu.systems.card.issuing import queries
from nanhu.systems.card.issuing.forms import ArchiveForm
from nanhu.systems.card.issuing.layout import COLUMNS
from nanhu.systems.card.issuing.models import CardOrder, OrderRow
from nanhu.systems.card.issuing.policies import OFFICE, Access, access_of
from nanhu.systems.card.issuing.services import accepting, faces, orders
from nanhu.systems.card.issuing.services.photos import Matched
from nanhu.systems.card.issuing.views.cells import Cells
from nanhu.systems.card.policies import CLERK_ROLE, MANAGER_ROLE

PAGE, ROWS = 30, 100
State = CardOrder.State
IN_WORK = (
    State.APPROVED,
    State.ACCEPTED,
    State.MADE,
    State.SUBMITTED,
    State.DRAFT,
    State.CLOSED,
    State.REFUSED,
    State.DISCARDED,
)
"""Where there is work first, in the order in which it is done."""
TONES: dict[str, Tone] = {State.CLOSED: "good", State.REFUSED: "bad", State.DRAFT: "warn", State.SUBMITTED: "warn"}
LATE = "late"

issuing = Console(
    "card:issuing",
    _("制卡与发卡"),
    icon="id-card",
    owner=_("校园卡管理办公室"),
    description=_("批量与个人办卡、照片、制卡、发放、工本费、排队"),
    roles=[CLERK_ROLE, MANAGER_ROLE],
    order=41,
    styles=["card/card.css", "card_issuing/issuing.css"],
)


def progress_of(order: CardOrder) -> str:
    """`queries.with_counts` has put the numbers beside the order."""
    made, handed, wrong = order.made, order.handed, order.wrong  # type: ignore[attr-defined]
    if order.state == State.DRAFT:
        return str(_("%(count)s 行有错") % {"count": wrong}) if wrong else ""
    return str(_("制好 %(made)s，发出 %(handed)s") % {"made": made, "handed": handed})


class Orders(Table):
    number = Link(_("单号"), to="order", is_number=True)
    title = Text(_("内容"))
    card_class = Text(_("卡类"), "get_card_class_display", sort="card_class")
    people = Number(_("人数"))
    progress = Text(_("进度"), progress_of)
    requester = Who(_("提交人"), "requester_name", at="created_at", sort="created_at")
    due_on = Day(_("应完成日期"))
    state = Badge(
        _("状态"),
        lambda order: LATE if order.is_late(campus_today()) else order.state,
        names={**dict(State.choices), LATE: _("超期")},
        tones={**TONES, LATE: "bad"},
        tone="info",
        sort="state",
    )


class OrderFilters(Filters):
    state = Views({one: (one.label, Q(state=one)) for one in IN_WORK}, counts=queries.counts)
    q = Search("number", "title", "unit_name", "requester_name")


@issuing.page("", title=_("制卡与发卡"), tab=_("制卡单"))
def desk(request: PageRequest) -> HttpResponseBase:
    rank = Case(*(When(state=one, then=Value(place)) for place, one in enumerate(IN_WORK)))
    rows = queries.with_counts(CardOrder.objects.all()).order_by(rank, "due_on", "-created_at")
    none = Empty(
        title=_("这里没有制卡单"),
        icon="id-card",
        text=_("单位交来的批量、个人申请和新生名单都会按状态排在这里。"),
        action=_("上传汇总表"),
        to="upload",
    )
    return listing(
        request,
        Orders,
        rows,
        OrderFilters,
        empty=none,
        per_page=PAGE,
        template="card_issuing/desk.html",
        facts={"overdue": list(queries.overdue()[:10])},
    )


@dataclass(frozen=True, slots=True)
class SeenOrder:
    """The order, and what the viewer may do with it."""

    order: CardOrder
    access: Access


def seen_by(request: PageRequest, public_id: UUID) -> SeenOrder:
    """A stranger is told that there is none."""
    order = orders.order_with(public_id)
    access = access_of(request.viewer, order)
    if not access.may_see:
        raise Http404
    return SeenOrder(order, access)


def mended_by(request: PageRequest, public_id: UUID) -> SeenOrder:
    seen = seen_by(request, public_id)
    if not seen.access.may_mend:
        raise Http404
    return seen


SEEN, MENDED = Seen(seen_by), Seen(mended_by)


class Names(Table):
    line = Markup(_("行"), "card_issuing/_line.html")
    photo = Markup(_("照片"), "card_issuing/_photo.html")


ROW_COLUMNS: dict[str, Column] = {
    **{one.key: Cells(one) for one in COLUMNS if one.key not in {"photo_name", "collector"}},
    "row_state": Markup(_("状态"), "card_issuing/_row_state.html"),
}
NamesTable = Names.made_of("NamesTable", ROW_COLUMNS)


@desk.page("orders/<uuid:public_id>/", title=_("制卡单"), roles=SIGNED_IN, subject=SEEN)
def order(request: PageRequest, seen: SeenOrder) -> HttpResponse:
    return show(request, seen)


def show(request: PageRequest, seen: SeenOrder, *, matched: Matched | None = None) -> HttpResponse:
    found, access = seen.order, seen.access
    rows = found.rows.select_related("fee_payment").order_by("line")
    total = rows.count()
    each = partial(lines_of, seen)
    facts = {
        "order": found,
        "access": access,
        "wrong": each([row for row in rows if row.errors]),
        "matched": matched,
        "list": list_of(request, NamesTable, rows, each=each, per_page=ROWS, caption=_("名单")),
        "photo_count": rows.exclude(photo_path="").count(),
        "total": total,
        "unseen": faces.unseen(found).count() if access.is_office else 0,
        "photos_back": [row for row in rows if row.is_photo_back],
        "may_discard": may_discard(seen),
        "refusal": form_of(request, RefusalForm),
        "archive": form_of(request, ArchiveForm),
        "proofs": proofs_of(found, access),
        "is_late": found.is_late(campus_today()),
    }
    return render(request, "card_issuing/order.html", facts)


def lines_of(seen: SeenOrder, rows: Sequence[OrderRow]) -> list[queries.Line]:
    return [queries.line_of(row, seen.order, seen.access) for row in rows]


def proofs_of(found: CardOrder, access: Access) -> list[object]:
    if found.kind != CardOrder.Kind.PERSONAL or not (access.is_office or access.is_leader):
        return []
    return [proof for row in found.rows.prefetch_related("proofs") for proof in row.proofs.all()]


SUBMITTED = {State.SUBMITTED: _("已提交，等本单位的领导审批。"), State.APPROVED: _("已提交，等校园卡管理办公室受理。")}


@order.action("submit/", subject=MENDED, done=lambda made: str(SUBMITTED[made.state]))
def submit(request: PageRequest, seen: SeenOrder) -> CardOrder:
    return orders.submit(by=request.actor, order=seen.order)


@order.action("approve/", done=_("已同意，交校园卡管理办公室受理。"))
def approve(request: PageRequest, seen: SeenOrder) -> None:
    orders.decide(by=request.actor, person_id=request.viewer.person_id, order=seen.order, is_approved=True)


@order.action("refuse/", form=RefusalForm, done=_("已退回，提交人看得到理由。"))
def refuse(request: PageRequest, form: RefusalForm, seen: SeenOrder) -> None:
    answer, person_id = form.cleaned_data["answer"], request.viewer.person_id
    orders.decide(by=request.actor, person_id=person_id, order=seen.order, is_approved=False, answer=answer)


@order.action(
    "accept/",
    roles=OFFICE,
    done=lambda made: _("已受理，应在 %(day)s 前制好。") % {"day": dates.short_day(made.due_on, campus_today().year)},
)
def accept(request: PageRequest, seen: SeenOrder) -> CardOrder:
    return accepting.accept(by=request.actor, order=seen.order)


def discardable_by(request: PageRequest, public_id: UUID) -> SeenOrder:
    seen = seen_by(request, public_id)
    if not may_discard(seen):
        raise Http404
    return seen


def may_discard(seen: SeenOrder) -> bool:
    """A draft by whoever may mend it, what waits to be taken on by the office alone."""
    if seen.order.state == State.DRAFT:
        return seen.access.may_mend
    return seen.order.state == State.APPROVED and seen.access.is_office


@order.form(
    "discard/",
    ReasonForm,
    title=_("作废制卡单"),
    lead=_("里面的人都不制卡，可以在别的制卡单里重新办。"),
    submit=_("作废"),
    tone="danger",
    subject=Seen(discardable_by),
    done=_("制卡单已作废。"),
)
def discard(request: PageRequest, form: ReasonForm, seen: SeenOrder) -> None:
    orders.discard(by=request.actor, order=seen.order, reason=form.cleaned_data["reason"])
