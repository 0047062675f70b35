"""Handing in a batch: template, form, photos; mending its rows; the same layout out again."""

from urllib.parse import quote
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nanhu.kernel import audit
from nanhu.kernel.actors import person_at
from nanhu.kernel.bodies import MEGABYTE, takes_files
from nanhu.kernel.errors import CampusError
from nanhu.kernel.sheets.writing import WORKBOOK
from nanhu.platforms.people import api as people
from nanhu.systems.card.issuing import sheets
from nanhu.systems.card.issuing.forms import ArchiveForm, PictureForm, RowForm, UploadForm
from nanhu.systems.card.issuing.layout import CLASS_NAMES, COLUMNS
from nanhu.systems.card.issuing.models import CardOrder, OrderRow
from nanhu.systems.card.issuing.policies import delegates_or_office, delegations_of, is_office, office_only
from nanhu.systems.card.issuing.queries import line_of
from nanhu.systems.card.issuing.services import orders, photos
from nanhu.systems.card.issuing.views.desk import done, seen_by, show
from nanhu.systems.card.views.frame import viewer_of


def units_for(request: HttpRequest) -> list[tuple[str, str]]:
    """A delegate hands in for their own units; the office for any."""
    viewer = viewer_of(request)
    if is_office(viewer):
        return [(code, name) for code, name, *_short in people.unit_names()]
    mine = {one.unit_code: one.unit_name for one in delegations_of(viewer.person_id) if one.role == "agent"}
    return list(mine.items())


@takes_files(largest=106 * MEGABYTE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@delegates_or_office
def upload(request: HttpRequest) -> HttpResponse:
    units = units_for(request)
    form = UploadForm(request.POST or None, request.FILES or None, units=units)
    if not form.is_bound or not form.is_valid():
        return render(request, "card_issuing/upload.html", {"form": form}, status=422 if form.is_bound else 200)
    said = form.cleaned_data
    unit = orders.Unit(code=said["unit"], name=dict(units)[said["unit"]])
    title = _("%(unit)s %(what)s批量") % {"unit": unit.name, "what": CLASS_NAMES[said["card_class"]]}
    try:
        made = orders.open_order(
            by=person_at(request),
            card_class=said["card_class"],
            title=title,
            unit=unit,
            source=CardOrder.Source.WEB,
            rows=sheets.read(said["sheet"].read()),
        )
    except CampusError as error:
        form.add_error("sheet", error.message)
        return render(request, "card_issuing/upload.html", {"form": form}, status=error.http_status)
    if said["archive"]:
        return match(request, made, said["archive"].read())
    return redirect("card:issuing:order", public_id=made.public_id)


def match(request: HttpRequest, found: CardOrder, content: bytes) -> HttpResponse:
    _found, access = seen_by(request, found.public_id)
    try:
        told = photos.add_archive(by=person_at(request), order=found, content=content)
    except CampusError as error:
        return show(request, found, access, error=error.message, status=error.http_status)
    return show(request, found, access, matched=told)


@takes_files(largest=101 * MEGABYTE)
@require_POST
def archive(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found, access = seen_by(request, public_id)
    form = ArchiveForm(request.POST, request.FILES)
    if not access.may_mend:
        raise Http404
    if not form.is_valid():
        return show(request, found, access, error=_("请选一个 zip 文件。"), status=422)
    return match(request, found, form.cleaned_data["archive"].read())


@require_safe
@delegates_or_office
def template(_request: HttpRequest, card_class: str) -> HttpResponse:
    if card_class not in CLASS_NAMES:
        raise Http404
    return as_workbook(sheets.written(card_class), f"批量办理汇总表-{CLASS_NAMES[card_class]}.xlsx")


@require_safe
@office_only
def export(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The batch in the layout it came in, numbers whole; the look is logged."""
    found, _access = seen_by(request, public_id)
    rows = [orders.values_of(row) for row in found.rows.order_by("line")]
    by = person_at(request)
    audit.record(by=by, action="card.export_order", target=f"card_order:{found.number}", facts={"rows": len(rows)})
    return as_workbook(sheets.written(found.card_class, rows, unit=found.unit_name), f"{found.number}.xlsx")


def as_workbook(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=WORKBOOK)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return answer


def row_of(found: CardOrder, line: int) -> OrderRow:
    row = OrderRow.objects.filter(order=found, line=line).first()
    if row is None:
        raise Http404
    return row


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def mend(request: HttpRequest, public_id: UUID, line: int) -> HttpResponse:
    """Only what is typed anew changes; a masked number that is left alone stays."""
    found, access = seen_by(request, public_id)
    if not access.may_mend:
        raise Http404
    row, is_batch = row_of(found, line), found.kind == CardOrder.Kind.BATCH
    secret = {column.key for column in COLUMNS if column.is_secret}
    values = orders.values_of(row)
    initial = {key: text for key, text in values.items() if key not in secret}
    known = {key for key in secret if values.get(key)}
    form = RowForm(request.POST or None, card_class=found.card_class, is_batch=is_batch, initial=initial, known=known)
    if form.is_bound and form.is_valid():
        typed = {key: text for key, text in form.cleaned_data.items() if text or key not in secret}
        orders.mend_row(by=person_at(request), order=found, line=line, values=typed)
        return next_fault(found)
    facts = {"order": found, "line": line_of(row), "form": form, "picture": PictureForm()}
    return render(request, "card_issuing/row.html", facts, status=422 if form.is_bound else 200)


def next_fault(found: CardOrder) -> HttpResponse:
    """On to the next wrong row; back to the order when there is none."""
    wrong = found.rows.exclude(errors={}).order_by("line").values_list("line", flat=True).first()
    if wrong is not None:
        return redirect("card:issuing:row", public_id=found.public_id, line=wrong)
    return redirect("card:issuing:order", public_id=found.public_id)


@require_POST
def drop(request: HttpRequest, public_id: UUID, line: int) -> HttpResponse:
    found, access = seen_by(request, public_id)
    if not access.may_mend:
        raise Http404
    return done(request, found, access, lambda: orders.drop_row(by=person_at(request), order=found, line=line))


@takes_files(largest=9 * MEGABYTE)
@require_POST
def picture(request: HttpRequest, public_id: UUID, line: int) -> HttpResponse:
    found, access = seen_by(request, public_id)
    form = PictureForm(request.POST, request.FILES)
    if not access.may_mend or not form.is_valid():
        raise Http404
    content = form.cleaned_data["picture"].read()
    return done(
        request,
        found,
        access,
        lambda: photos.add_picture(by=person_at(request), order=found, line=line, content=content),
    )


@require_safe
def photo(request: HttpRequest, public_id: UUID, line: int) -> HttpResponse:
    found, _access = seen_by(request, public_id)
    content = photos.content_of(row_of(found, line))
    if content is None:
        raise Http404
    answer = HttpResponse(content, content_type="image/jpeg")
    answer["Cache-Control"] = "private, max-age=600"
    return answer
