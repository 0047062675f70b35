"""The open API of shared tables (共享接口): `GET /api/hub/v1/{product}`, by the grants of a vendor."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from django.core import signing
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from msgspec import Meta

from nanhu.kernel.clock import now
from nanhu.kernel.sheets.writing import BYTE_ORDER_MARK, csv_lines
from nanhu.platforms.datahub.feeding.health import supplied
from nanhu.platforms.datahub.models import Grant
from nanhu.platforms.datahub.models import SharedTable as Known
from nanhu.platforms.datahub.shared import writers
from nanhu.platforms.datahub.shared.declarations import Field, SharedTable, shared_tables
from nanhu.platforms.datahub.sharing import pages
from nanhu.platforms.datahub.sharing.pages import Cursor
from nanhu.platforms.openapi.api import (
    ApiError,
    Example,
    Interface,
    Mode,
    Operation,
    Raw,
    Request,
    ResponseBody,
    Sandbox,
    refusals_of,
    register,
)

SCOPE: Final = "hub.read"
OURS: Final = "nanhu"
CURSOR: Final = re.compile(r"((\d{1,18})\.(\d{1,18}))\.[\w-]{43}", re.ASCII)
SIGNED: Final = "datahub.cursor"
TRIED: Final = 0
FORMATS: Final = ("json", "ndjson", "csv")
SAMPLES: Final[Mapping[str, Any]] = {
    "text": "X1",
    "integer": 1,
    "date": "2026-09-01",
    "moment": "2026-09-01T08:00:00+08:00",
    "boolean": True,
}


class ProductUnknownError(ApiError):
    """Also where it is there and not granted."""

    code = "product_unknown"
    http_status = 404
    sentence = _("没有这个数据产品，或者没有给这家单位的授权。")


class CursorRefusedError(ApiError):
    code = "cursor_refused"
    http_status = 400
    sentence = _("since 要是上一页的 next，limit 是 1 到 5000，format 是 json、ndjson 或 csv。")


class HubRow(ResponseBody, kw_only=True):
    """`data` is null where the row was removed."""

    key: Annotated[dict[str, str], Meta(description=gettext_noop("主键各项"))]
    data: Annotated[dict[str, Any] | None, Meta(description=gettext_noop("授权里的各项；null：已删除"))]
    since: Annotated[str, Meta(description=gettext_noop("从何时起是这样"))]
    batch: Annotated[int | None, Meta(description=gettext_noop("来自哪一批；null：本系统写入"))]


class HubPage(ResponseBody, kw_only=True):
    product: str
    source: Annotated[str, Meta(description=gettext_noop("谁供给的；nanhu：本系统"))]
    as_of: Annotated[str | None, Meta(description=gettext_noop("供给方最近一次确认的时间"))]
    stale_since: Annotated[str | None, Meta(description=gettext_noop("供给方中断：自何时起未更新"))]
    rows: list[HubRow]
    next: Annotated[str, Meta(description=gettext_noop("下一次的 since"))]
    is_last: Annotated[bool, Meta(description=gettext_noop("后面没有了：过一会儿用 next 再来"))]


class HubProduct(ResponseBody, kw_only=True):
    product: str
    name: str
    fields: list[str]
    purpose: str
    expires_on: str


class HubProducts(ResponseBody, kw_only=True):
    products: list[HubProduct]


def held_by(request: Request) -> QuerySet[Grant]:
    rows = Grant.in_effect().filter(vendor=request.vendor, table_key__in=shared_tables().keys())
    return rows.order_by("table_key")


def list_products(request: Request) -> HubProducts:
    return HubProducts(
        products=[
            HubProduct(
                product=one.table_key,
                name=shared_tables()[one.table_key].name,
                fields=[name for name in one.fields if name in shared_tables()[one.table_key].by_name],
                purpose=one.purpose,
                expires_on=one.expires_on.isoformat(),
            )
            for one in held_by(request)
        ]
    )


def read_product(request: Request) -> Raw:
    table = shared_tables().get(request.names["product"])
    grant = held_by(request).filter(table_key=table.key).first() if table else None
    if table is None or grant is None:
        raise ProductUnknownError
    cursor, most, form = read_parameters(request, grant.pk)
    source = writers.known_writer_of(table.key)
    as_of, stale_since = supplied(source) if source else (now(), None)
    tag = tag_of(grant, request.parameters, stale_since)
    heads = {"ETag": tag, "Nanhu-Source": source or OURS, "Nanhu-Stale-Since": iso(stale_since) or ""}
    if tag in request.known_tag:
        return Raw(status=304, headers=tuple(heads.items()))
    page = pages.page_of(grant, table, cursor, most=most, by=request.by)
    said = HubPage(
        product=table.key,
        source=source or OURS,
        as_of=iso(as_of),
        stale_since=iso(stale_since),
        rows=[HubRow(key=one.key, data=one.data, since=one.since.isoformat(), batch=one.batch) for one in page.rows],
        next=signed(page.next, grant.pk),
        is_last=page.is_last,
    )
    return written(said, form, table, grant, heads | {"Nanhu-As-Of": iso(as_of) or ""})


def signed(cursor: Cursor, grant: int) -> str:
    """A cursor is ours and this grant's: one made up, or from another grant, would tell of rows that were never given."""
    return signing.Signer(salt=f"{SIGNED}.{grant}", sep=".").sign(str(cursor))


def is_signed(since: str, grant: int) -> bool:
    try:
        signing.Signer(salt=f"{SIGNED}.{grant}", sep=".").unsign(since)
    except signing.BadSignature:
        return False
    return True


def read_parameters(request: Request, grant: int) -> tuple[Cursor, int, str]:
    since, limit = request.parameters.get("since", ""), request.parameters.get("limit", "") or str(pages.USUAL)
    form, found = request.parameters.get("format", "") or "json", CURSOR.fullmatch(since)
    is_number = limit.isascii() and limit.isdigit() and 1 <= int(limit) <= pages.MOST
    if (since and (found is None or not is_signed(since, grant))) or not is_number or form not in FORMATS:
        raise CursorRefusedError
    return (Cursor(int(found[2]), int(found[3])) if found else Cursor()), int(limit), form


def tag_of(grant: Grant, parameters: Mapping[str, str], stale_since: datetime | None) -> str:
    """Another after each write into the table, and where the source falls silent or comes back."""
    written_at = Known.objects.values_list("last_at", flat=True).get(key=grant.table_key)
    text = "\x1f".join(
        [written_at.isoformat(), iso(stale_since) or "", *(parameters[name] for name in sorted(parameters))]
    )
    return f'"{grant.pk}-{hashlib.sha256(text.encode()).hexdigest()[:20]}"'


def iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def written(said: HubPage, form: str, table: SharedTable, grant: Grant, heads: Mapping[str, str]) -> Raw:
    """In NDJSON and CSV what is said of the page stands in the heads."""
    more = {"Nanhu-Next": said.next, "Nanhu-Is-Last": "true" if said.is_last else "false"}
    headers = tuple({**heads, **more}.items())
    if form == "json":
        return Raw(body=msgspec.json.encode(said), headers=headers)
    if form == "ndjson":
        body = b"".join(msgspec.json.encode(one) + b"\n" for one in said.rows)
        return Raw(body=body, content_type="application/x-ndjson; charset=utf-8", headers=headers)
    names = [name for name in grant.fields if name in table.by_name]
    return Raw(
        body="".join(csv_lines(["removed", "since", "batch", *names], cells_of(said, names)))
        .removeprefix(BYTE_ORDER_MARK)
        .encode(),
        content_type="text/csv; charset=utf-8",
        headers=headers,
    )


def cells_of(said: HubPage, names: Sequence[str]) -> Iterator[list[object]]:
    for one in said.rows:
        data = one.key if one.data is None else one.data
        yield [one.data is None, one.since, one.batch, *(data.get(name, "") for name in names)]


def sample_product(request: Request) -> HubPage:
    """In the sandbox: three rows made up from the declaration, of nobody."""
    table = shared_tables().get(request.names["product"])
    if table is None:
        raise ProductUnknownError
    read_parameters(request, TRIED)
    rows = []
    for number in range(1, 4):
        data = {one.name: sample_value(one, number) for one in table.fields if not one.sensitive}
        key = {name: str(data[name]) for name in table.keys}
        rows.append(HubRow(key=key, data=data, since="2026-09-01T08:00:00+08:00", batch=None))
    following = signed(Cursor(3, 1), TRIED)
    return HubPage(
        product=table.key, source=OURS, as_of=None, stale_since=None, rows=rows, next=following, is_last=True
    )


def sample_value(field: Field, number: int) -> Any:
    if field.type == "code":
        return next(iter(field.values))
    if field.type == "text":
        return f"T{number:04d}"[: field.longest]
    return SAMPLES[field.type]


def sample_products(_request: Request) -> HubProducts:
    return HubProducts(
        products=[
            HubProduct(product=one.key, name=one.name, fields=[], purpose="", expires_on="2026-12-31")
            for one in shared_tables().values()
        ]
    )


HUB: Final = Interface(
    name="hub",
    title=_("数据共享接口"),
    description=_(
        "按授权读共享表：第一次从头一页页读到 is_last，以后用 next 作 since 来读变化，删除也在其中（data 为 null）。"
        "每一页带供给方、时间、批次；供给方中断时 stale_since 说明自何时起未更新。"
    ),
    operations=(
        Operation(
            name="hub.products",
            method="GET",
            path="products",
            title=_("有授权的数据产品"),
            scope=SCOPE,
            gives=HubProducts,
            handlers={Mode.LIVE: list_products, Mode.TEST: sample_products},
        ),
        Operation(
            name="hub.read",
            method="GET",
            path="{product}",
            title=_("读一个数据产品"),
            scope=SCOPE,
            gives=HubPage,
            codes=("product_unknown", "cursor_refused"),
            parameters=("since", "limit", "format"),
            handlers={Mode.LIVE: read_product, Mode.TEST: sample_product},
        ),
    ),
    scopes={SCOPE: _("按授权读共享数据")},
    events={},
    refusals=refusals_of([ProductUnknownError, CursorRefusedError]),
    example=Example(path="card.card?limit=100", body="", method="GET"),
    sandbox=Sandbox(
        prepare=lambda _vendor: None,
        reset=lambda _vendor: None,
        template="datahub/_sandbox.html",
        facts=dict,
    ),
)
register(HUB)
