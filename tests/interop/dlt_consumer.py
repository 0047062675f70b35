"""A program of somebody who knows the hub by its description alone: dlt's REST source, into a DuckDB. Run by a Python that has dlt.

`dlt_consumer.py FOLDER ADDRESS KEY PRODUCT KEYS`: reads on from where it stopped, and prints the table as it has it then, as JSON."""

import json
import os
import sys

FOLDER, ADDRESS, KEY, PRODUCT, KEYS = sys.argv[1:6]
os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "DLT_DATA_DIR": FOLDER, "RUNTIME__LOG_LEVEL": "ERROR"}

import dlt  # noqa: E402  (it reads the environment)
import duckdb  # noqa: E402
from dlt.sources.rest_api import rest_api_source  # noqa: E402


def keep_cursor(response, *_more):
    """Where to go on the next time."""
    dlt.current.resource_state("rows")["since"] = response.json()["next"]


def flat(row):
    """A removal has no data."""
    return {
        **row["key"],
        **(row["data"] or {}),
        "batch": row["batch"],
        "source": row["source"],
        "is_gone": row["data"] is None,
    }


def held(pipeline):
    state = pipeline.state.get("sources", {}).get("hub", {}).get("resources", {}).get("rows", {})
    return {"since": state["since"]} if state.get("since") else {}


pipeline = dlt.pipeline(
    "hub", destination=dlt.destinations.duckdb(f"{FOLDER}/held.duckdb"), dataset_name="campus", pipelines_dir=FOLDER
)
source = rest_api_source(
    {
        "client": {
            "base_url": ADDRESS,
            "auth": {"type": "bearer", "token": KEY},
            "paginator": {
                "type": "cursor",
                "cursor_path": "next",
                "cursor_param": "since",
                "stop_after_empty_page": True,
            },
        },
        "resources": [
            {
                "name": "rows",
                "primary_key": KEYS.split(","),
                "write_disposition": "merge",
                "columns": {"is_gone": {"hard_delete": True, "data_type": "bool"}},
                "endpoint": {
                    "path": PRODUCT,
                    "params": {"limit": 7, **held(pipeline)},
                    "data_selector": "rows",
                    "response_actions": [keep_cursor],
                },
                "processing_steps": [{"map": flat}],
            }
        ],
    },
    name="hub",
)
pipeline.run(source)
with duckdb.connect(f"{FOLDER}/held.duckdb", read_only=True) as line:
    names = [one[0] for one in line.execute("DESCRIBE campus.rows").fetchall()]
    rows = [dict(zip(names, row, strict=True)) for row in line.execute("FROM campus.rows").fetchall()]
sys.stdout.write(json.dumps([{k: v for k, v in row.items() if not k.startswith("_dlt")} for row in rows], default=str))
