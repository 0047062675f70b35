"""Runs of the hub as OpenLineage events (specification 2-0-2, facets of its own repository): of each batch that came to its end
a START and a COMPLETE or FAIL, with the columns that it carried. No value of anybody is in them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from nanhu.platforms.datahub.lineage.columns import Dataset, Flow, flows_of, place_of
from nanhu.platforms.datahub.models import Batch
from nanhu.platforms.datahub.reading.headers import parts_of
from nanhu.platforms.datahub.shared.declarations import SharedTable, shared_tables

NAMESPACE: Final = "nanhu"
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
    flows, place = flows_of(batch), place_of(batch.source)
    inputs = [{"namespace": place.namespace, "name": place.name, "facets": {"schema": read_columns(batch)}}]
    begun = event("START", batch.created_at, run, batch, inputs=inputs, outputs=[])
    ended_at = batch.finished_at or batch.created_at
    if batch.state not in GOOD:
        wrong = facet(WRONG, {"message": batch.note[:500], "programmingLanguage": "Python"})
        return [begun, event("FAIL", ended_at, run, batch, inputs=inputs, outputs=[], facets={"errorMessage": wrong})]
    outputs = [output(flow, place) for flow in flows]
    return [begun, event("COMPLETE", ended_at, run, batch, inputs=inputs, outputs=outputs)]


def event(
    kind: str,
    at: datetime,
    run: str,
    batch: Batch,
    *,
    inputs: list[dict[str, Any]],
    outputs: list[dict[str, Any]],
    facets: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "eventType": kind,
        "eventTime": at.isoformat(),
        "run": {"runId": run, "facets": dict(facets or {})},
        "job": {"namespace": NAMESPACE, "name": f"datahub.{batch.source}", "facets": {}},
        "inputs": inputs,
        "outputs": outputs,
        "producer": PRODUCER,
        "schemaURL": EVENT,
    }


def facet(schema: str, said: Mapping[str, Any]) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": f"{FACETS}{schema}", **said}


def read_columns(batch: Batch) -> dict[str, Any]:
    return facet(SCHEMA, {"fields": [{"name": str(one)} for one in batch.headings]})


def output(flow: Flow, place: Dataset) -> dict[str, Any]:
    table = shared_tables()[flow.table]
    written = {
        name: {
            "inputFields": [
                {"namespace": place.namespace, "name": place.name, "field": one} for one in parts_of(column)
            ]
        }
        for name, column in flow.columns.items()
    }
    return {
        "namespace": NAMESPACE,
        "name": flow.table,
        "facets": {"schema": written_columns(table), "columnLineage": facet(COLUMNS, {"fields": written})},
        "outputFacets": {"outputStatistics": facet(COUNTED, {"rowCount": flow.batch.counts.get("accepted", 0)})},
    }


def written_columns(table: SharedTable) -> dict[str, Any]:
    fields = [{"name": one.name, "type": one.type, "description": one.label} for one in table.fields]
    return facet(SCHEMA, {"fields": fields})
