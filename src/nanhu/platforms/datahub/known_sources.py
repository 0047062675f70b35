"""All sources: those that ship as frozen specs, and those of shared tables that were made in the browser."""

from math import ceil
from typing import Final

from nanhu.kernel.errors import CampusError
from nanhu.platforms.datahub.errors import UnknownSourceError
from nanhu.platforms.datahub.models import DataSource
from nanhu.platforms.datahub.shared.declarations import shared_tables
from nanhu.platforms.datahub.sources import SOURCES, SourceSpec, column
from nanhu.platforms.datahub.warehouse.declared import LARGE, Declared, declared, large_tables

MINUTES_A_DAY: Final = 24 * 60
FOLLOWED: Final = (DataSource.Kind.STREAM, DataSource.Kind.BINLOG)
FEW_GONE: Final = 5
"""What is read all day loses a row now and then, also of a small table."""


def named_source(key: str) -> SourceSpec | None:
    if key in SOURCES:
        return SOURCES[key]
    if key.startswith(LARGE):
        return large_named(key)
    made = DataSource.objects.filter(key=key).first()
    return spec_of(made) if made is not None and made.fills in shared_tables() else None


def large_named(key: str) -> SourceSpec | None:
    """None where its declaration is gone, or cannot be meant any more."""
    try:
        return spec_of_large(declared(key.removeprefix(LARGE)))
    except CampusError:
        return None


def spec_of_large(large: Declared) -> SourceSpec:
    fields = large.table.fields.items()
    return SourceSpec(
        key=large.source,
        office=large.table.office,
        title=large.table.name,
        kind="large",
        columns=tuple(column(name, one.heading, required=one.required) for name, one in fields),
    )


def source(key: str) -> SourceSpec:
    found = named_source(key)
    if found is None:
        raise UnknownSourceError(key=key, known="、".join(SOURCES))
    return found


def writing_sources(table_key: str) -> list[SourceSpec]:
    """Those that may be made the writer of a shared table."""
    made = DataSource.objects.filter(fills=table_key).exclude(state=DataSource.State.RETIRED).order_by("key")
    return [*(spec for spec in SOURCES.values() if spec.table == table_key), *map(spec_of, made)]


def made_for_tables() -> list[SourceSpec]:
    made = DataSource.objects.exclude(state=DataSource.State.RETIRED).order_by("key")
    return [spec_of(one) for one in made if one.fills in shared_tables()]


def every_source() -> list[SourceSpec]:
    """Whatever has batches: the files of offices and vendors, what is read, and large tables."""
    return [*SOURCES.values(), *made_for_tables(), *map(spec_of_large, large_tables())]


def made_for_files() -> list[SourceSpec]:
    """Those whose files are handed in."""
    made = DataSource.objects.filter(kind=DataSource.Kind.FILE, state=DataSource.State.LIVE).order_by("key")
    return [spec_of(one) for one in made if one.fills in shared_tables()]


def spec_of(made: DataSource) -> SourceSpec:
    """Of a source of a shared table: its own names come first."""
    table = shared_tables()[made.fills]
    return SourceSpec(
        key=made.key,
        office=made.office,
        title=made.name,
        kind="shared",
        order=300,
        table=table.key,
        is_whole=made.is_whole,
        has_removals=made.kind in FOLLOWED,
        keeps_empty=made.keeps_empty,
        whole_by=tuple(table.whole_by),
        turnover=table.turnover,
        few_gone=FEW_GONE,
        stale_after_days=ceil(made.stale_minutes / MINUTES_A_DAY),
        values=made.values,
        columns=tuple(
            column(
                one.name,
                *dict.fromkeys(filter(None, [made.columns.get(one.name, ""), one.label, one.alias, one.name])),
                required=one.required,
                sensitive=one.sensitive,
            )
            for one in table.fields
        ),
    )
