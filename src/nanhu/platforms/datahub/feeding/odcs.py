"""The contract of a source as a data contract by the Open Data Contract Standard (ODCS 3.0.2), in YAML, for catalogues, for whoever supplies the
data, and to be kept, changed and handed in again (`contracts`): fields with synonyms, key, code table and its edition, sensitivity; how it is
read, without its secret; freshness, rows expected, how much a reading may change before somebody looks, what an empty cell means."""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from nanhu.kernel.clock import campus_time
from nanhu.platforms.datahub.codes import TABLES
from nanhu.platforms.datahub.feeding.forms import offer_of
from nanhu.platforms.datahub.feeding.http import shown_address
from nanhu.platforms.datahub.known_sources import named_source, spec_of
from nanhu.platforms.datahub.models import DataSource, GateLimit
from nanhu.platforms.datahub.reading.synonyms import ranks_of
from nanhu.platforms.datahub.services.gate import limits_of
from nanhu.platforms.datahub.services.shared_gate import CHANGED_SHARE, GONE_MOST, GONE_SHARE
from nanhu.platforms.datahub.shared.declarations import Field as SharedField
from nanhu.platforms.datahub.shared.declarations import SharedTable, shared_tables
from nanhu.platforms.datahub.sources import SOURCES, SourceSpec, table_of
from nanhu.platforms.datahub.warehouse.declared import LARGE, declared

type Said = dict[str, Any]
Kind, State = DataSource.Kind, DataSource.State
VERSION: Final = "v3.0.2"
STATES: Final = {State.DRAFT: "draft", State.LIVE: "active", State.RESTING: "active", State.RETIRED: "retired"}
LOGICAL: Final = {
    "text": "string",
    "code": "string",
    "moment": "date",
    "yuan": "integer",
    "count": "integer",
    "day": "date",
}
"""Our types in the words of ODCS, where they are others."""
KNOWN_TYPES: Final = frozenset({"integer", "date", "boolean"})
DAYS: Final = frozenset({"birth_date", "starts_on", "ends_on"})
KEYS: Final = {"units": ("code",), "persons": ("campus_no",), "contacts": ("campus_no",)}
HIDDEN: Final = frozenset({"secret"})
SERVER: Final = {
    "user_name": "user",
    "query": "follows",
    "host_key": "hostKey",
    "tls_roots": "tlsRoots",
    "done_mark": "doneMark",
    "rows_at": "rowsAt",
    "total_at": "totalAt",
    "paging": "paging",
    "page_name": "pageName",
    "size_name": "sizeName",
    "page_size": "pageSize",
}
"""How a source is read, by custom properties of its server."""
SAYS_NOTHING, EMPTIES = "says nothing", "empties the field"
NO_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""Without quotes some program reads them as a yes, a no or nothing: of YAML 1.1 all, as most tools do."""
NOT_PLAIN: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""What YAML takes for the end of a line, or not at all."""


def written(made: DataSource) -> str:
    return "\n".join(lines_of(contract_of(made))) + "\n"


def settings_of(kind: str) -> list[str]:
    """The names of what a source of this kind says of itself, in the order of its form."""
    return [name for name in offer_of(kind).form().fields if name not in HIDDEN]


def contract_of(made: DataSource) -> Said:
    expected = {"expectedRows": made.expected_rows} if made.expected_rows else {}
    of_rows = expected | {"tolerancePercent": made.tolerance} if "tolerance" in settings_of(made.kind) else {}
    return {
        "apiVersion": VERSION,
        "kind": "DataContract",
        "id": str(made.public_id),
        "name": made.key,
        "version": f"{campus_time(made.changed_at):%Y.%m.%d.%H%M%S}",
        "status": STATES[State(made.state)],
        "domain": made.office,
        "description": {"purpose": made.name},
        "servers": [server_of(made)],
        "schema": [
            {
                "name": made.fills,
                "logicalType": "object",
                "properties": list(fields_of(made)),
                "quality": [*rows_expected(made), *changes_allowed(made)],
                "customProperties": custom({"isWhole": made.is_whole, "emptyCell": empty_cell(made)} | of_rows),
            }
        ],
        "slaProperties": [
            {"property": "frequency", "value": made.every_minutes, "unit": "min"},
            {"property": "latency", "value": made.stale_minutes, "unit": "min"},
        ],
    }


def server_of(made: DataSource) -> Said:
    """Without its secret, and without what the parameters of an address are worth."""
    settings = settings_of(made.kind)
    said = {name: getattr(made, one) for one, name in SERVER.items() if one in settings and getattr(made, one)}
    more = custom({"kind": made.kind} | said)
    kind = "api" if made.kind == Kind.HTTP else "custom"
    return {"server": made.key, "type": kind, "location": location_of(made), "customProperties": more}


def location_of(made: DataSource) -> str:
    return shown_address(made.address) if made.kind == Kind.HTTP else made.address


def empty_cell(made: DataSource) -> str:
    """Of people's files it says nothing, whatever the office means; of a large table there is none."""
    return SAYS_NOTHING if made.keeps_empty or made.fills in SOURCES else EMPTIES


def fields_of(made: DataSource) -> Iterator[Said]:
    table = shared_tables().get(made.fills)
    if table is not None:
        spec = spec_of(made)
        yield from (shared_field(made, table, spec, one) for one in table.fields)
    elif made.fills.startswith(LARGE):
        yield from large_fields(made)
    elif (known := named_source(made.fills)) is not None:
        yield from (office_field(made, known, name) for name in known.fields)


def shared_field(made: DataSource, table: SharedTable, spec: SourceSpec, one: SharedField) -> Said:
    options = {"maxLength": one.longest or None, "pattern": one.pattern or None}
    more = {
        "synonyms": [name for name in spec.fields[one.name].headers if name != one.name],
        "codeTable": one.code_table or None,
        "codeTableEdition": TABLES.get(one.code_table) if one.code_table else None,
        "codes": dict(one.codes) or None,
        "words": made.values.get(one.name) or None,
        "unit": one.unit or None,
        "mask": one.mask or None,
    }
    return field_of(
        one.name,
        label=one.label,
        theirs=made.columns.get(one.name, ""),
        kind=one.type,
        is_required=one.required,
        key=table.keys,
        is_sensitive=one.sensitive,
        options=options,
        more=more,
    )


def office_field(made: DataSource, spec: SourceSpec, name: str) -> Said:
    one, table = spec.fields[name], table_of(spec, name)
    synonyms = dict.fromkeys([*one.headers, *ranks_of(spec.key).get(name, ())])
    return field_of(
        name,
        label=one.headers[0],
        theirs=made.columns.get(name, ""),
        kind="date" if name in DAYS else "code" if table else "text",
        is_required=one.is_required,
        key=KEYS.get(spec.kind, ()),
        is_sensitive=one.is_sensitive,
        options={},
        more={"synonyms": list(synonyms), "codeTable": table or None, "codeTableEdition": TABLES.get(table)},
    )


def large_fields(made: DataSource) -> Iterator[Said]:
    large = declared(made.fills.removeprefix(LARGE)).table
    for name, one in large.fields.items():
        yield field_of(
            name,
            label=one.heading,
            theirs=made.columns.get(name, ""),
            kind=one.kind,
            is_required=one.required or name in large.keys,
            key=large.keys,
            is_sensitive=one.is_sealed,
            options={"pattern": one.pattern or None},
            more={"synonyms": [one.heading], "words": one.values or None},
        )


def field_of(
    name: str,
    *,
    label: str,
    theirs: str,
    kind: str,
    is_required: bool,
    key: Iterable[str],
    is_sensitive: bool,
    options: Mapping[str, Any],
    more: Mapping[str, Any],
) -> Said:
    keys = list(key)
    logical = LOGICAL.get(kind, kind if kind in KNOWN_TYPES else "string")
    place = {"primaryKey": True, "primaryKeyPosition": keys.index(name) + 1} if name in keys else {}
    kept = {one: value for one, value in options.items() if value is not None}
    return {
        "name": name,
        "businessName": label,
        **({"physicalName": theirs} if theirs else {}),
        "logicalType": logical,
        "required": is_required or name in keys,
        **place,
        "classification": "restricted" if is_sensitive else "internal",
        **({"logicalTypeOptions": kept} if kept else {}),
        "customProperties": custom({one: value for one, value in more.items() if value}),
    }


def rows_expected(made: DataSource) -> Iterator[Said]:
    if made.expected_rows:
        least, most = bounds_of(made.expected_rows, made.tolerance)
        bounds = {"mustBe": least} if least == most else {"mustBeBetween": [least, most]}
        yield {"type": "library", "rule": "rowCount", **bounds}


def bounds_of(expected: int, tolerance: int) -> list[int]:
    spread = expected * tolerance / 100
    return [math.ceil(expected - spread), math.floor(expected + spread)]


def changes_allowed(made: DataSource) -> Iterator[Said]:
    """By measure: above which share (percent) or how many rows a steward looks, above which two."""
    for measure, said in allowed(made).items():
        yield {"type": "custom", "engine": "nanhu", "name": measure, "implementation": said}


def allowed(made: DataSource) -> dict[str, Said]:
    if made.fills.startswith(LARGE):
        large = declared(made.fills.removeprefix(LARGE)).table
        return {
            name: {"oneLooksAbovePercent": getattr(large.limits, name), "twoLookAbovePercent": getattr(large.red, name)}
            for name in ("gone", "changed", "refused")
        }
    if made.fills in SOURCES:
        return {measure: limit_words(one) for measure, one in sorted(limits_of(made.fills).items())}
    table = shared_tables()[made.fills]
    own = {one: limit for one, limit in limits_of(made.key).items() if limit.source}
    gone: Said = {"oneLooksAbovePercent": table.turnover or GONE_SHARE * 100}
    if not table.turnover:
        gone["oneLooksAboveRows"] = GONE_MOST
    changed = {"oneLooksAbovePercent": max(CHANGED_SHARE * 100, table.turnover)}
    return {"gone": gone, "changed": changed} | {
        measure: limit_words(own[measure]) for measure in ("gone", "changed") if measure in own
    }


def limit_words(limit: GateLimit) -> Said:
    rows = {"oneLooksAboveRows": limit.amber_rows} if limit.amber_rows is not None else {}
    return {"oneLooksAbovePercent": limit.amber / 10, **rows, "twoLookAbovePercent": limit.red / 10}


def custom(said: Mapping[str, Any]) -> list[Said]:
    return [{"property": name, "value": value} for name, value in said.items()]


def lines_of(said: Any, depth: int = 0) -> Iterator[str]:
    """YAML in blocks; scalars as JSON has them, which YAML 1.2 reads alike."""
    space = "  " * depth
    pairs = said.items() if isinstance(said, Mapping) else ((None, one) for one in said)
    for name, value in pairs:
        head = "-" if name is None else f"{scalar(name) if needs_quotes(name) else name}:"
        if not isinstance(value, Mapping | list) or not value:
            yield f"{space}{head} {scalar(value)}"
        elif name is None and isinstance(value, Mapping):
            inner = list(lines_of(value, depth + 1))
            yield f"{space}- {inner[0].lstrip()}"
            yield from inner[1:]
        else:
            yield f"{space}{head}"
            yield from lines_of(value, depth + 1)


def needs_quotes(name: str) -> bool:
    return not (name.isascii() and name.isidentifier()) or name.lower() in NO_WORDS


def scalar(value: Any) -> str:
    return NOT_PLAIN.sub(lambda one: f"\\u{ord(one[0]):04X}", json.dumps(value, ensure_ascii=False))
