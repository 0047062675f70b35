"""Which column of a source is which field of a table, as the last file that took effect had it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from nanhu.platforms.datahub.known_sources import FOLLOWED, named_source
from nanhu.platforms.datahub.lineage.statements import Reads, reads_of
from nanhu.platforms.datahub.models import Batch, DataSource
from nanhu.platforms.datahub.queries import last_batches
from nanhu.platforms.datahub.sources import SourceSpec
from nanhu.platforms.datahub.warehouse.declared import LARGE

PERSON_FIELDS: Final = (
    *("campus_no", "name", "sex", "birth_date", "ethnicity", "nationality"),
    *("document_kind", "id_number", "phone", "email"),
)
TIE_FIELDS: Final = {
    **{name: name for name in ("campus_no", "unit_code", "category", "starts_on", "ends_on", "status")},
    "state": "status",
}
UNIT_FIELDS: Final = ("code", "name", "short_name", "kind", "parent_code")
FIELDS: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    "units": {"people.unit": {name: name for name in UNIT_FIELDS}},
    "persons": {"people.person": {name: name for name in PERSON_FIELDS}, "people.affiliation": TIE_FIELDS},
    "contacts": {"people.person": {"phone": "phone"}},
}
"""By the kind of a source: its tables, and of each field the source's field that it is made of."""
FILES: Final = "file"
Kind = DataSource.Kind
SERVERS: Final[Mapping[str, str]] = {
    Kind.POSTGRES: "postgres",
    Kind.STREAM: "postgres",
    Kind.MARIADB: "mysql",
    Kind.BINLOG: "mysql",
}
"""As OpenLineage calls them, and so does the parser of their SQL."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """As OpenLineage names what is read and written."""

    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Flow:
    """What a batch carried from a source into a table: of each field the column it came from."""

    spec: SourceSpec
    batch: Batch
    table: str
    columns: Mapping[str, str]


def flows() -> list[Flow]:
    """Of every source that is known, by its last batch in effect."""
    return [flow for batch in last_batches(applied_only=True).values() for flow in flows_of(batch)]


def flows_of(batch: Batch) -> list[Flow]:
    spec = named_source(batch.source)
    if spec is None:
        return []
    return [
        Flow(spec, batch, table, {name: batch.columns[ours] for name, ours in fields.items() if ours in batch.columns})
        for table, fields in fields_of(spec).items()
    ]


def fields_of(spec: SourceSpec) -> Mapping[str, Mapping[str, str]]:
    if spec.kind == "large":
        return {spec.key: {one.field: one.field for one in spec.columns}}
    if spec.kind == "shared":
        return {spec.table: {one.field: one.field for one in spec.columns}}
    return FIELDS.get(spec.kind, {})


@dataclass(frozen=True, slots=True)
class Origin:
    """What a source reads, and of each heading of its rows the columns that it is made of. No secret of an address is in it."""

    datasets: Sequence[Dataset]
    cells_of: Callable[[str], Sequence[tuple[Dataset, str]]]


def whole(dataset: Dataset) -> Origin:
    return Origin([dataset], lambda name: [(dataset, name)])


def origin_of(source_key: str) -> tuple[Origin, Mapping[str, str]]:
    """And by our field its name there, where it is another than the heading."""
    """A large table has the key of its own, whoever fills it."""
    filling = DataSource.objects.filter(fills=source_key).exclude(state=DataSource.State.DRAFT).order_by("-pk")
    made = (filling if source_key.startswith(LARGE) else DataSource.objects.filter(key=source_key)).first()
    if made is None or made.kind == Kind.FILE:
        return whole(Dataset(FILES, source_key)), {}
    if made.kind == Kind.HTTP:
        parts = urlsplit(made.address)
        return whole(Dataset(f"{parts.scheme}://{parts.hostname or ''}", parts.path or "/")), made.columns
    where, _stroke, database = made.address.partition("/")
    server = f"{SERVERS.get(made.kind, made.kind)}://{where}"
    if made.kind in FOLLOWED:
        return whole(Dataset(server, f"{database}.{made.query}")), made.columns
    reads = reads_of(made.query, SERVERS[made.kind]) if made.kind in SERVERS else Reads()
    if not reads.tables:
        return whole(Dataset(server, f"{database}.{made.key}")), made.columns
    is_named = SERVERS[made.kind] == "mysql"  # there what stands before a table is its database
    tables = {
        name: Dataset(server, name if is_named and "." in name else f"{database}.{name}") for name in reads.tables
    }
    return Origin(
        list(tables.values()), lambda name: [(tables[table], column) for table, column in reads.cells(name)]
    ), made.columns
