"""The open API of shared tables (共享接口): `GET /api/hub/v1/{product}`, by the grants of a vendor."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.core import signing
from django.db import connection
from django.db.models import BigIntegerField, DateField, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_time, campus_today, now, start_of
from nanhu.kernel.database import prepared
from nanhu.kernel.remembered import Remembered
from nanhu.platforms.datahub.models import Grant, SharedRow, SharingDay
from nanhu.platforms.datahub.models import SharedTable as Known
from nanhu.platforms.datahub.shared.declarations import Field, SharedTable, shared_tables
from nanhu.platforms.datahub.shared_rows import writers
from nanhu.platforms.datahub.sharing import golden, news, pages
from nanhu.platforms.datahub.sharing.formats import FORMATS, OURS, HubPage, HubRow, written
from nanhu.platforms.datahub.sharing.offers import Offer, offer_of, offered
from nanhu.platforms.datahub.sharing.pages import Cursor, Query
from nanhu.platforms.datahub.sharing.refusals import (
    CursorRefusedError,
    DailyRowsError,
    GrantExpiredError,
    PastRefusedError,
    ProductUnknownError,
)
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
    Vendor,
    refusals_of,
    register,
)

SCOPE: Final = "hub.read"
NUMBER: Final = r"\d{1,18}"
CURSOR: Final = re.compile(rf"({NUMBER})\.({NUMBER})(?:\.({NUMBER})\.({NUMBER})\.({NUMBER}))?\.[\w-]{{43}}", re.ASCII)
SIGNED: Final = "datahub.cursor"
EPOCH: Final = """
    SELECT concat_ws('-', (SELECT system_identifier FROM pg_control_system()), (SELECT timeline_id FROM pg_control_checkpoint()),
                     'datahub_shared_row'::regclass::oid)"""
"""A restored dump makes its tables anew; a server that was put back, or took over, writes another timeline."""
TRIED: Final = "sandbox"
MOST_EARLIER: Final = 5
SAMPLES: Final[Mapping[str, Any]] = {
    "text": "X1",
    "integer": 1,
    "date": "2026-09-01",
    "moment": "2026-09-01T08:00:00+08:00",
    "boolean": True,
}


class HubProduct(ResponseBody, kw_only=True):
    product: str
    name: str
    fields: list[str]
    masked: list[str]
    purpose: str
    expires_on: str


class HubProducts(ResponseBody, kw_only=True):
    products: list[HubProduct]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A grant that holds, with its table; when that was last written, its newest row, and how many rows went out today; `noted_to`: how
    far it was read to the end today."""

    grant: Grant
    table: SharedTable
    offer: Offer
    written_at: datetime
    newest: int
    rows_today: int
    noted_to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    cursor: Cursor
    most: int
    form: str
    as_of: datetime | None
    prior: Offer | None = None


def granted() -> QuerySet[Grant]:
    """By one question all that a request asks of its grant before it reads."""
    living = SharedRow.objects.filter(table_key=OuterRef("table_key"), valid_to=None)
    today = SharingDay.objects.filter(grant=OuterRef("pk"), day=prepared.Given("day", DateField()))
    return Grant.objects.filter(
        state=Grant.State.AGREED,
        expires_on__gte=prepared.Given("day", DateField()),
        vendor=prepared.Given("vendor"),
        table_key=prepared.Given("table", TextField()),
    ).annotate(
        written_at=Subquery(Known.objects.filter(key=OuterRef("table_key")).values("last_at")),
        newest=number(living.order_by("-id").values("id")[:1]),
        noted_to=number(today.values("read_to")),
        rows_today=number(today.values("rows")),
    )


def number(rows: QuerySet[Any, Any]) -> Coalesce:
    return Coalesce(Subquery(rows, output_field=BigIntegerField()), Value(0), output_field=BigIntegerField())


GRANTED: Final = prepared.Prepared(granted)


def list_products(request: Request) -> HubProducts:
    return HubProducts(
        products=[
            HubProduct(
                product=table.key,
                name=table.name,
                fields=list(offer.names),
                masked=list(offer.masked),
                purpose=grant.purpose,
                expires_on=grant.expires_on.isoformat(),
            )
            for grant, table, offer in offered(Grant.in_effect().filter(vendor=request.vendor).order_by("table_key"))
        ]
    )


def given_to(request: Request) -> Given:
    table = shared_tables().get(request.names["product"])
    grant: Any = GRANTED.first(vendor=request.vendor.pk, table=table.key, day=campus_today()) if table else None
    offer = offer_of(grant, table) if grant and table else None
    if table is None or offer is None:
        raise refusal_of(request.vendor, request.names["product"])
    return Given(
        grant=grant,
        table=table,
        offer=offer,
        written_at=grant.written_at,
        newest=grant.newest,
        rows_today=grant.rows_today,
        noted_to=grant.noted_to,
    )


def refusal_of(vendor: Vendor, product: str) -> ApiError:
    """A product that was never granted is not there; of a grant that expired its vendor is told so."""
    held = Grant.objects.filter(
        vendor=vendor, table_key=product, state=Grant.State.AGREED, expires_on__lt=campus_today()
    )
    day = held.values_list("expires_on", flat=True).first()
    return GrantExpiredError(day=day.isoformat()) if day else ProductUnknownError()


def read_product(request: Request) -> Raw:
    given = given_to(request)
    read = read_parameters(request, given)
    source, as_of, stale_since = supply_of(given.table)
    tag = tag_of(given, request.parameters, stale_since)
    heads = {
        "ETag": tag,
        "Nanhu-Source": source or OURS,
        "Nanhu-As-Of": iso(read.as_of or as_of) or "",
        "Nanhu-Stale-Since": iso(stale_since) or "",
        "Nanhu-Granted-Until": given.grant.expires_on.isoformat(),
    }
    if tag in request.known_tag:
        return Raw(status=304, headers=tuple(heads.items()))
    left = given.grant.rows_a_day - given.rows_today
    if left <= 0:
        raise DailyRowsError
    query = Query(
        grant=given.grant,
        table=given.table,
        offer=given.offer,
        cursor=read.cursor,
        newest=given.newest,
        most=min(read.most, left),
        as_of=read.as_of,
        prior=read.prior,
        read_to=max(given.grant.read_to or 0, given.noted_to),
    )
    try:
        page = pages.page_of(query, by=request.by)
    except ProductUnknownError as ended:
        raise refusal_of(request.vendor, given.table.key) from ended
    said = HubPage(
        product=given.table.key,
        source=source or OURS,
        as_of=iso(read.as_of or as_of),
        stale_since=iso(stale_since),
        rows=page.rows,
        next=signed(page.next, str(given.grant.pk), read.as_of),
        is_last=page.is_last,
    )
    return written(said, read.form, given.table, given.offer, heads)


def supply_of(table: SharedTable) -> tuple[str, datetime | None, datetime | None]:
    """Who supplies it, when that was last good, since when it is stale."""
    source = "" if table.derived else writers.known_writer_of(table.key)
    return source, *golden.supplied_to(table, source)


def read_epoch() -> str:
    """Another after each restore: of a database that was put back, earlier cursors stand behind rows that are not the same."""
    with connection.cursor() as line:
        line.execute(EPOCH)
        (found,) = line.fetchone()
    return str(found)


epoch: Final = Remembered(read_epoch, seconds=30)


def signer(whose: str, as_of: datetime | None) -> signing.Signer:
    return signing.Signer(salt=f"{SIGNED}.{epoch()}.{whose}@{iso(as_of) or ''}", sep=".")


def signed(cursor: Cursor, whose: str, as_of: datetime | None = None) -> str:
    """A cursor is ours, and this grant's or the one's before it: one made up would tell of rows that were never given."""
    return signer(whose, as_of).sign(str(cursor))


def is_signed(since: str, whose: str, as_of: datetime | None = None) -> bool:
    try:
        signer(whose, as_of).unsign(since)
    except signing.BadSignature:
        return False
    return True


def read_parameters(request: Request, given: Given | None) -> Parameters:
    """`given` is None in the sandbox."""
    asked = request.parameters
    since, limit, form = asked.get("since", ""), asked.get("limit", "") or str(pages.USUAL), asked.get("format", "")
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit) <= pages.MOST) or form not in {"", *FORMATS}:
        raise CursorRefusedError
    as_of = moment_in(asked.get("as_of", ""))
    if as_of is not None and given is not None:
        refuse_past(given.grant, as_of)
    cursor, prior = cursor_in(since, given, as_of)
    return Parameters(cursor=cursor, most=int(limit), form=form or "json", as_of=as_of, prior=prior)


def moment_in(text: str) -> datetime | None:
    """A day is its beginning; a moment without its zone is the campus's."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return start_of(date.fromisoformat(text)) if len(text) == len("2026-09-01") else campus_time(aware(found))
    except (ValueError, OverflowError):
        raise CursorRefusedError from None


def aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=start_of(campus_today()).tzinfo)


def refuse_past(grant: Grant, as_of: datetime) -> None:
    if as_of > now():
        raise CursorRefusedError
    if grant.past_from is None or as_of < start_of(grant.past_from):
        raise PastRefusedError


def cursor_in(since: str, given: Given | None, as_of: datetime | None) -> tuple[Cursor, Offer | None]:
    if not since:
        return Cursor(), None
    found = CURSOR.fullmatch(since)
    if found is None:
        raise CursorRefusedError
    cursor = Cursor(*(int(one) for one in found.groups() if one is not None))
    if given is not None and cursor.since > given.newest:
        raise CursorRefusedError
    if is_signed(since, str(given.grant.pk) if given else TRIED, as_of):
        return cursor, held_by(Grant.objects.get(pk=cursor.prior), given.table) if given and cursor.prior else None
    if given is None or cursor.prior or as_of is not None:
        raise CursorRefusedError
    return taken_over(since, given, cursor)


def taken_over(since: str, given: Given, cursor: Cursor) -> tuple[Cursor, Offer | None]:
    """A cursor of the grant before. Where that was renewed as it was, reading goes on; else from the start, and told what is the
    consumer's no more."""
    for before in earlier(given.grant):
        if is_signed(since, str(before.pk)):
            held = held_by(before, given.table)
            if held == given.offer:
                return cursor, None
            return Cursor(0, 0, before.pk, cursor.since, cursor.floor), held
    raise CursorRefusedError


def held_by(before: Grant, table: SharedTable) -> Offer:
    """What it gave; where that cannot be told any more, the consumer starts anew."""
    offer = offer_of(before, table)
    if offer is None:
        raise CursorRefusedError
    return offer


def earlier(grant: Grant) -> list[Grant]:
    before = Grant.objects.filter(vendor_id=grant.vendor_id, table_key=grant.table_key, state=Grant.State.ENDED)
    return list(before.order_by("-id")[:MOST_EARLIER])


def tag_of(given: Given, parameters: Mapping[str, str], stale_since: datetime | None) -> str:
    """Another after each write into the table, and where the source falls silent or comes back."""
    said = [given.written_at.isoformat(), iso(stale_since) or "", *(parameters[name] for name in sorted(parameters))]
    return f'"{given.grant.pk}-{hashlib.sha256(chr(31).join(said).encode()).hexdigest()[:20]}"'


def iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def sample_product(request: Request) -> Raw:
    """In the sandbox: three rows made up from the declaration, of nobody."""
    table = shared_tables().get(request.names["product"])
    if table is None:
        raise ProductUnknownError
    read = read_parameters(request, None)
    rows, names = [], tuple(one.name for one in table.fields if not one.sensitive)
    for number in range(1, 4):
        data = {name: sample_value(table.by_name[name], number) for name in names}
        key = {name: str(data[name]) for name in table.keys}
        rows.append(HubRow(key=key, data=data, since=SAMPLES["moment"], batch=None, source=OURS))
    following = signed(Cursor(3, 1), TRIED, read.as_of)
    said = HubPage(
        product=table.key, source=OURS, as_of=None, stale_since=None, rows=rows, next=following, is_last=True
    )
    return written(said, read.form, table, Offer(names=names, masked={}, opens=frozenset(), only={}), {})


def sample_value(field: Field, number: int) -> Any:
    if field.type == "code":
        return next(iter(field.values))
    if field.type == "text":
        return f"T{number:04d}"[: field.longest]
    return SAMPLES[field.type]


def sample_products(_request: Request) -> HubProducts:
    return HubProducts(
        products=[
            HubProduct(product=one.key, name=one.name, fields=[], masked=[], purpose="", expires_on="2026-12-31")
            for one in shared_tables().values()
        ]
    )


HUB: Final = Interface(
    name="hub",
    title=_("数据共享接口"),
    description=_(
        "按授权读共享表：第一次从头一页页读到 is_last，以后用 next 作 since 来读变化，删除也在其中（data 为 null）。"
        "每一页带供给方、时间、批次；供给方中断时 stale_since 说明自何时起未更新。format 可选 json、ndjson、csv、parquet；"
        "as_of 给出以前某一刻的样子（授权写明从哪天起）。授权改了，用原来的 next 继续：不再属于你的行会作为删除告诉你；照原样续签的，从断的地方接着读。"
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
            codes=("product_unknown", "grant_expired", "cursor_refused", "past_refused", "daily_rows_used_up"),
            parameters=("since", "limit", "format", "as_of"),
            shapes={
                "product": {"examples": ["card.card"]},
                "limit": {"type": "integer", "minimum": 1, "maximum": pages.MOST, "examples": [100]},
                "format": {"enum": [*FORMATS], "examples": [*FORMATS]},
                "as_of": {"examples": ["2026-09-01"]},
            },
            media=tuple(kind.partition(";")[0] for form, (_write, kind) in FORMATS.items() if form != "json"),
            handlers={Mode.LIVE: read_product, Mode.TEST: sample_product},
        ),
    ),
    scopes={SCOPE: _("按授权读共享数据")},
    events={news.KIND: _("数据产品有变化")},
    refusals=refusals_of(
        [ProductUnknownError, GrantExpiredError, CursorRefusedError, PastRefusedError, DailyRowsError]
    ),
    example=Example(path="card.card?limit=100", body="", method="GET"),
    sandbox=Sandbox(
        prepare=lambda _vendor: None,
        reset=lambda _vendor: None,
        template="datahub/_sandbox.html",
        facts=dict,
    ),
)
register(HUB)
