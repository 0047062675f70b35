"""Splink on DuckDB, in a process of its own: its code and memory are in no other. Reads one JSON of rows and settings, trains,
and writes one JSON: the settings with what was learnt, and how the pairs within the blocks are judged by them."""

import json
import logging
import resource
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Final

MOST_SECONDS: Final = 1800
MOST_MEMORY: Final = "2GB"
ALONE: Final[dict[str, Any]] = {
    "threads": 1,
    "memory_limit": MOST_MEMORY,
    "temp_directory": "",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
"""Persons are written to no disk, and nothing is fetched."""
SEED: Final = 20261129
LEAST_M, LEAST_U = 1e-3, 1e-7
"""What was never seen may still happen."""
TYPES: Final = {"row": "BIGINT", "gaps": "VARCHAR[]"}


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    work = json.load(sys.stdin)
    logging.getLogger("splink").setLevel(logging.ERROR)
    json.dump(trained(work), sys.stdout)


def trained(work: Mapping[str, Any]) -> dict[str, Any]:
    import duckdb
    import splink

    linker = linker_of(work)
    if work["is_training"]:
        train(linker, work)
    settings = linker.misc.save_model_to_json()
    if work["is_training"]:
        fill(settings)
        linker = linker_of({**work, "settings": settings})
    made_with = f"splink {splink.__version__}, duckdb {duckdb.__version__}"
    return {"splink": settings, "made_with": made_with, "pairs": pairs_of(linker)}


def linker_of(work: Mapping[str, Any]) -> Any:
    """One thread and rows in their order, so that the same rows train the same model."""
    import duckdb
    from splink import DuckDBAPI, Linker

    connection = duckdb.connect(config=ALONE)
    tell(connection, work["rows"])
    api = DuckDBAPI(connection=connection)
    return Linker(api.register("told"), work["settings"])


def tell(connection: Any, columns: Mapping[str, Any]) -> None:
    """Rows, by column, as the table `told`."""
    typed = ", ".join(f"unnest(?::{TYPES.get(name, 'VARCHAR')}[]) AS {name}" for name in columns)
    connection.execute(f"CREATE TABLE told AS SELECT {typed}", list(columns.values()))


def train(linker: Any, work: Mapping[str, Any]) -> None:
    linker.training.estimate_probability_two_random_records_match(
        work["certain"], recall=work["recall"], record_sample_proportion=1.0
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=work["most_pairs"], seed=SEED)
    for rule in work["sessions"]:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)


def fill(settings: dict[str, Any]) -> None:
    for comparison in settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            if not level.get("is_null_level"):
                level["m_probability"] = max(level.get("m_probability") or 0, LEAST_M)
                level["u_probability"] = max(level.get("u_probability") or 0, LEAST_U)


def pairs_of(linker: Any) -> list[list[Any]]:
    """(left, right, probability) of all pairs within the blocks."""
    found = linker.inference.predict().as_record_list()
    return [[one["row_l"], one["row_r"], one["match_probability"]] for one in found]


def run(work: Mapping[str, Any]) -> dict[str, Any]:
    """Raises ValueError, with the last words of the trainer, where it fails."""
    command = [sys.executable, "-I", __file__]
    text = json.dumps(work)
    try:
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, timeout=2 * MOST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise ValueError(f"> {late.timeout:.0f} s") from late
    if done.returncode != 0:
        raise ValueError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else str(done.returncode))
    told: dict[str, Any] = json.loads(done.stdout)
    return told


if __name__ == "__main__":
    main()
