"""Handing in a batch: template, form, photos; mending its rows; the same layout out again."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from nanhu.kernel import audit
from nanhu.kernel.bodies import MEGABYTE
from nanhu.kernel.errors import CampusError
from nanhu.kernel.kit import PageRequest
from nanhu.kernel.kit.cases import say_unread
from nanhu.kernel.kit.records import Seen
from nanhu.kernel.sheets.writing import WORKBOOK, attachment
from nanhu.kernel.viewers import viewer_of
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing import sheets
from nanhu.systems.card.issuing.forms import ArchiveForm, PictureForm, RowForm, UploadForm
from nanhu.systems.card.issuing.layout import CLASS_NAMES, COLUMNS
from nanhu.systems.card.issuing.models import CardOrder, OrderRow
from nanhu.systems.card.issuing.policies import OFFICE, access_of, delegations_of, is_office, is_office_or_acts
from nanhu.systems.card.issuing.queries import Line, line_of
from nanhu.systems.card.issuing.services import orders, photos
from nanhu.systems.card.issuing.views.desk import MENDED, SeenOrder, issuing, mended_by, order, seen_by, show

SECRET = {column.key for column in COLUMNS if column.is_secret}


def units_for(request: PageRequest) -> dict[str, Any]:
    """A delegate hands in for their own units; the office for any."""
    viewer = request.viewer
    if is_office(viewer):
        return {"units": [(code, name) for code, name, *_short in people.unit_names()]}
    mine = {one.unit_code: one.unit_name for one in delegations_of(viewer.person_id) if one.role == "agent"}
    return {"units": list(mine.items())}


@issuing.form(
    "upload/",
    UploadForm,
    title=_("批量办卡"),
    button=_("批量"),
    lead=_("先下载模板填好。整份表一起检查，有错的行会列出来，就在网页上改，不用重传。"),
    submit=_("上传并检查"),
    icon="upload",
    to="order",
    allows=is_office_or_acts,
    done=_("已接收，检查结果在下面。"),
    template="card_issuing/upload.html",
    arguments=units_for,
    largest_file=106 * MEGABYTE,
)
def upload(request: PageRequest, form: UploadForm) -> HttpResponse:
    said, units = form.cleaned_data, dict(form.fields["unit"].choices)  # type: ignore[attr-defined]
    unit = orders.Unit(code=said["unit"], name=units[said["unit"]])
    title = _("%(unit)s %(what)s批量") % {"unit": unit.name, "what": CLASS_NAMES[said["card_class"]]}
    lines = sheets.read(said["sheet"].read())
    made = orders.open_order(
        by=request.actor,
        card_class=said["card_class"],
        title=str(title),
        unit=unit,
        source=CardOrder.Source.WEB,
        rows=sheets.rows_of(lines),
    )
    say_unread(request, lines)
    if said["archive"]:
        return match(request, made, said["archive"].read())
    return redirect("card:issuing:order", public_id=made.public_id)


def match(request: PageRequest, found: CardOrder, content: bytes) -> HttpResponse:
    """The page of the order tells which photos went to whom; a second press is sent there. A file that is refused takes the
    order itself not back."""
    request.arguments = {"public_id": found.public_id}
    told = None
    try:
        told = photos.add_archive(by=request.actor, order=found, content=content)
    except CampusError as error:
        request.failure = error.message
    answer = show(request, seen_by(request, found.public_id), matched=told)
    answer.status_code = 200 if told else 422
    return answer


@order.action("photos/", form=ArchiveForm, subject=MENDED, largest_file=101 * MEGABYTE)
def archive(request: PageRequest, form: ArchiveForm, seen: SeenOrder) -> HttpResponse:
    return match(request, seen.order, form.cleaned_data["archive"].read())


@issuing.page("template/<str:card_class>.xlsx", title=_("模板"), allows=is_office_or_acts)
def template(_request: PageRequest, card_class: str) -> HttpResponse:
    if card_class not in CLASS_NAMES:
        raise Http404
    return as_workbook(sheets.written(card_class), f"批量办理汇总表-{CLASS_NAMES[card_class]}.xlsx")


@order.page("export.xlsx", title=_("汇总表（同一格式）"), roles=OFFICE)
def export(request: PageRequest, seen: SeenOrder) -> HttpResponse:
    """The batch in the layout it came in, numbers whole; the look is logged."""
    found, rows = seen.order, [orders.values_of(row) for row in seen.order.rows.order_by("line")]
    facts = {"rows": len(rows)}
    audit.record(by=request.actor, action="card.export_order", target=f"card_order:{found.number}", facts=facts)
    return as_workbook(sheets.written(found.card_class, rows, unit=found.unit_name), f"{found.number}.xlsx")


def as_workbook(content: bytes, name: str) -> HttpResponse:
    return attachment(HttpResponse(content, content_type=WORKBOOK), name)


@dataclass(frozen=True, slots=True)
class SeenLine:
    """A row of an order, as it stands, for who may mend it."""

    order: CardOrder
    row: OrderRow
    line: Line


def row_of(found: CardOrder, line: int) -> OrderRow:
    return get_object_or_404(OrderRow, order=found, line=line)


def line_with(request: PageRequest, public_id: UUID, line: int) -> SeenLine:
    seen = mended_by(request, public_id)
    found = row_of(seen.order, line)
    return SeenLine(seen.order, found, line_of(found, seen.order, seen.access))


def known_of(_request: PageRequest, seen: SeenLine) -> dict[str, Any]:
    """Only what is typed anew changes; a masked number that is left alone stays."""
    values = orders.values_of(seen.row)
    return {
        "card_class": seen.order.card_class,
        "is_batch": seen.order.kind == CardOrder.Kind.BATCH,
        "initial": {key: text for key, text in values.items() if key not in SECRET},
        "known": {key for key in SECRET if values.get(key)},
    }


def shown_line(_request: PageRequest, seen: SeenLine) -> dict[str, Any]:
    return {"order": seen.order, "line": seen.line, "picture": PictureForm()}


@order.form(
    "rows/<int:line>/",
    RowForm,
    title=_("改一行"),
    submit=_("改好，看下一处"),
    icon="check",
    subject=Seen(line_with),
    template="card_issuing/row.html",
    done=_("这一行已改。"),
    arguments=known_of,
    facts=shown_line,
)
def row(request: PageRequest, form: RowForm, seen: SeenLine) -> HttpResponse:
    """On to the next wrong row; back to the order when there is none."""
    typed = {key: text for key, text in form.cleaned_data.items() if text or key not in SECRET}
    found = seen.order
    orders.mend_row(by=request.actor, order=found, line=seen.row.line, values=typed)
    wrong = found.rows.exclude(errors={}).order_by("line").values_list("line", flat=True).first()
    if wrong is not None:
        return redirect("card:issuing:row", public_id=found.public_id, line=wrong)
    return redirect("card:issuing:order", public_id=found.public_id)


@row.action("drop/", to="order", done=_("已从这一批里去掉。"))
def drop(request: PageRequest, seen: SeenLine) -> None:
    orders.drop_row(by=request.actor, order=seen.order, line=seen.row.line)


@row.action("picture/", form=PictureForm, to="order", largest_file=9 * MEGABYTE, done=_("照片已换。"))
def picture(request: PageRequest, form: PictureForm, seen: SeenLine) -> None:
    content = form.cleaned_data["picture"].read()
    photos.add_picture(by=request.actor, order=seen.order, line=seen.row.line, content=content)


@require_safe
def photo(request: HttpRequest, public_id: UUID, line: int) -> HttpResponse:
    """Kept by the browser for some minutes: a list shows a hundred of them."""
    found = orders.order_with(public_id)
    if not access_of(viewer_of(request), found).may_see:
        raise Http404
    content = photos.content_of(row_of(found, line))
    if content is None:
        raise Http404
    answer = HttpResponse(content, content_type="image/jpeg")
    answer["Cache-Control"] = "private, max-age=600"
    return answer
