"""A page as JSON, NDJSON, CSV or Parquet. But in JSON what is said of the page stands in the heads."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

import msgspec
from django.utils.translation import gettext_noop
from msgspec import Meta

from nanhu.kernel.sheets.writing import BYTE_ORDER_MARK, csv_lines
from nanhu.platforms.datahub.shared.declarations import SharedTable
from nanhu.platforms.datahub.sharing.offers import Offer
from nanhu.platforms.openapi.api import Raw, ResponseBody

OURS: Final = "nanhu"
HEADS: Final = ("removed", "since", "batch", "source")


class HubRow(ResponseBody, kw_only=True):
    """`data` is null where the row was removed."""

    key: Annotated[dict[str, str], Meta(description=gettext_noop("主键各项"))]
    data: Annotated[dict[str, Any] | None, Meta(description=gettext_noop("授权里的各项；null：已删除"))]
    since: Annotated[str, Meta(description=gettext_noop("从何时起是这样"))]
    batch: Annotated[int | None, Meta(description=gettext_noop("来自哪一批；null：本系统写入"))]
    source: Annotated[str, Meta(description=gettext_noop("这一行是谁说的；nanhu：本系统"))]


class HubPage(ResponseBody, kw_only=True):
    product: str
    source: Annotated[str, Meta(description=gettext_noop("谁供给的；nanhu：本系统"))]
    as_of: Annotated[str | None, Meta(description=gettext_noop("供给方最近一次确认的时间；或所问的那一刻"))]
    stale_since: Annotated[str | None, Meta(description=gettext_noop("供给方中断：自何时起未更新"))]
    rows: list[HubRow]
    next: Annotated[str, Meta(description=gettext_noop("下一次的 since"))]
    is_last: Annotated[bool, Meta(description=gettext_noop("后面没有了：过一会儿用 next 再来"))]


def written(said: HubPage, form: str, table: SharedTable, offer: Offer, heads: Mapping[str, str]) -> Raw:
    more = {"Nanhu-Next": said.next, "Nanhu-Is-Last": "true" if said.is_last else "false"}
    write, kind = FORMATS[form]
    return Raw(body=write(said, table, offer), content_type=kind, headers=tuple({**heads, **more}.items()))


def as_json(said: HubPage, _table: SharedTable, _offer: Offer) -> bytes:
    return msgspec.json.encode(said)


def as_lines(said: HubPage, _table: SharedTable, _offer: Offer) -> bytes:
    return b"".join(msgspec.json.encode(one) + b"\n" for one in said.rows)


def as_csv(said: HubPage, _table: SharedTable, offer: Offer) -> bytes:
    """A spreadsheet will open it: no cell runs as a formula. What is empty and what nobody said look the same."""
    rows = ([*head, *("" if one is None else one for one in values)] for head, values in cells_of(said, offer))
    return "".join(csv_lines([*HEADS, *offer.names], rows)).removeprefix(BYTE_ORDER_MARK).encode()


def as_parquet(said: HubPage, table: SharedTable, offer: Offer) -> bytes:
    """Typed by the declaration, masked fields as text; moments in UTC."""
    import polars as pl  # a third of a second of every start, for some consumers

    types: dict[str, Any] = {
        "integer": pl.Int64,
        "boolean": pl.Boolean,
        "date": pl.Date,
        "moment": pl.Datetime("us", "UTC"),
    }
    schema = {"removed": pl.Boolean, "since": types["moment"], "batch": pl.Int64, "source": pl.String}
    schema |= {
        name: pl.String if name in offer.masked else types.get(table.by_name[name].type, pl.String)
        for name in offer.names
    }
    rows = [
        [head[0], moment(head[1]), *head[2:], *typed(values, table, offer)] for head, values in cells_of(said, offer)
    ]
    out = io.BytesIO()
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(out)
    return out.getvalue()


def cells_of(said: HubPage, offer: Offer) -> Iterator[tuple[list[Any], list[Any]]]:
    for one in said.rows:
        data = one.key if one.data is None else one.data
        yield [one.data is None, one.since, one.batch, one.source], [data.get(name) for name in offer.names]


def typed(values: Sequence[Any], table: SharedTable, offer: Offer) -> Iterator[Any]:
    for name, value in zip(offer.names, values, strict=True):
        kind = "text" if name in offer.masked else table.by_name[name].type
        yield READS[kind](value) if value is not None and kind in READS else value


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


READS: Final[Mapping[str, Callable[[str], Any]]] = {"date": date.fromisoformat, "moment": moment}
type Writer = Callable[[HubPage, SharedTable, Offer], bytes]
FORMATS: Final[Mapping[str, tuple[Writer, str]]] = {
    "json": (as_json, "application/json; charset=utf-8"),
    "ndjson": (as_lines, "application/x-ndjson; charset=utf-8"),
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "parquet": (as_parquet, "application/vnd.apache.parquet"),
}
