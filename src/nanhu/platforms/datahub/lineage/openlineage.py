"""Runs of the hub as OpenLineage events (specification 2-0-2, facets of its own repository): of each batch that came to its end
a START and a COMPLETE or FAIL, with the columns that it carried; of each day on which somebody read by a grant likewise. No value
of anybody is in them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from django.db.models import Exists, OuterRef, QuerySet

from nanhu.kernel.clock import campus_today, end_of, start_of
from nanhu.platforms.datahub.lineage.columns import Flow, Origin, flows_of, origin_of
from nanhu.platforms.datahub.models import Batch, Reading, SharingDay
from nanhu.platforms.datahub.reading.headers import parts_of
from nanhu.platforms.datahub.shared.declarations import SharedTable, shared_tables

NAMESPACE: Final = "nanhu"
CONSUMER: Final = "consumer"
PRODUCER: Final = "https://nanhu.invalid/datahub"
EVENT: Final = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
FACETS: Final = "https://openlineage.io/spec/facets/"
SCHEMA: Final = "1-1-1/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet"
COLUMNS: Final = "1-1-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet"
COUNTED: Final = "1-0-2/OutputStatisticsOutputDatasetFacet.json#/$defs/OutputStatisticsOutputDatasetFacet"
WRONG: Final = "1-0-1/ErrorMessageRunFacet.json#/$defs/ErrorMessageRunFacet"
GOOD: Final = (Batch.State.APPLIED, Batch.State.ROLLED_BACK)
ENDED: Final = (*GOOD, Batch.State.REFUSED)


def events_of(batch: Batch) -> list[dict[str, Any]]:
    """Of a batch that came to its end."""
    run = str(uuid5(NAMESPACE_URL, f"{PRODUCER}/batch/{batch.pk}/{batch.created_at.isoformat()}"))
    flows, (origin, names) = flows_of(batch), origin_of(batch.source)
    is_one = len(origin.datasets) == 1
    inputs = [
        {"namespace": one.namespace, "name": one.name, "facets": {"schema": read_columns(batch)} if is_one else {}}
        for one in origin.datasets
    ]
    job = f"datahub.{batch.source}"
    begun = event("START", batch.created_at, run, job, inputs=inputs, outputs=[])
    ended_at = batch.finished_at or batch.created_at
    if batch.state not in GOOD:
        wrong = facet(WRONG, {"message": batch.note[:500], "programmingLanguage": "Python"})
        return [begun, event("FAIL", ended_at, run, job, inputs=inputs, outputs=[], facets={"errorMessage": wrong})]
    outputs = [output(flow, origin, names) for flow in flows]
    return [begun, event("COMPLETE", ended_at, run, job, inputs=inputs, outputs=outputs)]


def days_over() -> QuerySet[SharingDay]:
    """Days of grants that are over, and of which nothing is left to count."""
    uncounted = Reading.objects.filter(grant=OuterRef("grant"), day=OuterRef("day"))
    return SharingDay.objects.filter(~Exists(uncounted), day__lt=campus_today())


def events_of_day(told: SharingDay) -> list[dict[str, Any]]:
    """What went out by a grant on a day that is over: from which table, which fields, how many rows, to whom."""
    grant, run = told.grant, str(uuid5(NAMESPACE_URL, f"{PRODUCER}/grant/{told.grant.public_id}/{told.day}"))
    job, key = f"datahub.share.{grant.table_key}", grant.table_key
    table = shared_tables().get(key)
    source = {"namespace": NAMESPACE, "name": key, "facets": {"schema": written_columns(table)} if table else {}}
    carried = {one: {"inputFields": [{"namespace": NAMESPACE, "name": key, "field": one}]} for one in grant.fields}
    given = {
        "namespace": CONSUMER,
        "name": f"{grant.vendor.company}/{key}",
        "facets": {"columnLineage": facet(COLUMNS, {"fields": carried})},
        "outputFacets": {"outputStatistics": facet(COUNTED, {"rowCount": told.rows})},
    }
    begun = event("START", start_of(told.day), run, job, inputs=[source], outputs=[])
    return [begun, event("COMPLETE", end_of(told.day), run, job, inputs=[source], outputs=[given])]


def event(
    kind: str,
    at: datetime,
    run: str,
    job: str,
    *,
    inputs: list[dict[str, Any]],
    outputs: list[dict[str, Any]],
    facets: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "eventType": kind,
        "eventTime": at.isoformat(),
        "run": {"runId": run, "facets": dict(facets or {})},
        "job": {"namespace": NAMESPACE, "name": job, "facets": {}},
        "inputs": inputs,
        "outputs": outputs,
        "producer": PRODUCER,
        "schemaURL": EVENT,
    }


def facet(schema: str, said: Mapping[str, Any]) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": f"{FACETS}{schema}", **said}


def read_columns(batch: Batch) -> dict[str, Any]:
    return facet(SCHEMA, {"fields": [{"name": str(one)} for one in batch.headings]})


def output(flow: Flow, origin: Origin, names: Mapping[str, str]) -> dict[str, Any]:
    table = shared_tables().get(flow.table)
    schema = written_columns(table) if table else facet(SCHEMA, {"fields": [{"name": one} for one in flow.columns]})
    written = {
        name: {
            "inputFields": [
                {"namespace": dataset.namespace, "name": dataset.name, "field": field}
                for one in parts_of(names.get(name, column))
                for dataset, field in origin.cells_of(one)
            ]
        }
        for name, column in flow.columns.items()
    }
    return {
        "namespace": NAMESPACE,
        "name": flow.table,
        "facets": {"schema": schema, "columnLineage": facet(COLUMNS, {"fields": written})},
        "outputFacets": {"outputStatistics": facet(COUNTED, {"rowCount": flow.batch.counts.get("accepted", 0)})},
    }


def written_columns(table: SharedTable) -> dict[str, Any]:
    fields = [{"name": one.name, "type": one.type, "description": one.label} for one in table.fields]
    return facet(SCHEMA, {"fields": fields})
