"""What is asked of an engine about a snapshot, in DuckDB's SQL: cleaned rows, how they keep their rules, and what is other than before.

Tables that the engine has: `incoming`, each cell as text, with the line where it stands (`nanhu_line`); `fresh` and `before`, cleaned; `changes`, and each step of the cleaning as
`stage_…`. All statements are SELECTs."""

import hashlib
from typing import Final

from nanhu.platforms.datahub.shared.declarations import KEY_ENDS
from nanhu.platforms.datahub.warehouse import expressions
from nanhu.platforms.datahub.warehouse.declared import Declared
from nanhu.platforms.datahub.warehouse.expressions import quoted, within

KEY, HASH, FAULTS, CHANGE, LINE = "nanhu_key", "nanhu_hash", "nanhu_faults", "nanhu_change", "nanhu_line"
NEW, CHANGED, GONE = "new", "changed", "gone"
ABSENT: Final = "∅"
"""Stands for NULL in what is hashed."""


def column(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def cleaned(large: Declared, seal: bytes) -> list[str]:
    """Each step is a SELECT over the one before, so that no expression is written twice; the last is what is kept. `said_…` is the cell as text, to tell what
    could not be read from what was empty."""
    fields = large.table.fields
    steps = {name: large.steps_of(name) for name in fields}
    said = [name for name in fields if steps[name]]
    stages = [[f"CAST({column(one.heading)} AS VARCHAR) AS {name}" for name, one in fields.items()]]
    stages += [[f"{within(step, name)} AS {name}" for name in fields] for step in expressions.text()]
    stages.append([*fields, *(f"{name} AS said_{name}" for name in said)])
    for place in range(max(map(len, steps.values()))):
        own = [f"{within(one[place], name)} AS {name}" if place < len(one) else name for name, one in steps.items()]
        stages.append([*own, *(f"said_{name}" for name in said)])
    stages.append([*kept(large, seal), marked(large, said)])
    stages = [[*columns, LINE] for columns in stages]
    stages.append(["*", f"{key_of(large)} AS {KEY}", f"{hash_of(large)} AS {HASH}"])
    sources = ["incoming", *(f"stage_{place}" for place in range(len(stages)))]
    return [f"SELECT {', '.join(columns)} FROM {source}" for columns, source in zip(stages, sources, strict=False)]


def kept(large: Declared, seal: bytes) -> list[str]:
    """What is sensitive as a digest under a key of this table; nested, so that none is made from another."""
    key = hashlib.sha256(seal + large.key.encode()).hexdigest()
    return [
        f"CASE WHEN {name} IS NULL THEN NULL ELSE sha256(concat('{key}', sha256(concat('{key}', {name})))) END AS {name}"
        if one.is_sealed
        else name
        for name, one in large.table.fields.items()
    ]


def marked(large: Declared, said: list[str]) -> str:
    """The names of fields that could not be read, or lack where they are required, as those of the key are: a row without one is compared
    with none."""
    required = {name for name, one in large.table.fields.items() if one.required} | set(large.table.keys)
    faults = [
        f"CASE WHEN {name} IS NULL"
        + ("" if name in required else f" AND said_{name} IS NOT NULL")
        + f" THEN '{name}' END"
        for name in large.table.fields
        if name in required or name in said
    ]
    return f"concat_ws(' ', {', '.join([quoted(''), *faults])}) AS {FAULTS}"


def key_of(large: Declared) -> str:
    keys = large.table.keys
    missing = " OR ".join(f"{name} IS NULL" for name in keys)
    return f"CASE WHEN {missing} THEN NULL ELSE concat_ws({quoted(KEY_ENDS)}, {', '.join(keys)}) END"


def hash_of(large: Declared) -> str:
    cells = ", ".join(f"coalesce({name}, '{ABSENT}')" for name in large.table.fields)
    return f"md5(concat_ws({quoted(KEY_ENDS)}, {cells}))"


def figures(large: Declared) -> str:
    """Rows, those that are refused, keys that stand twice, and by field how many cells could not be read."""
    by_field = [
        f"count(CASE WHEN concat({FAULTS}, ' ') LIKE '% {name} %' THEN 1 END) AS {name}" for name in large.table.fields
    ]
    facts = [
        "count(*) AS nanhu_rows",
        f"count(CASE WHEN {FAULTS} <> '' THEN 1 END) AS nanhu_refused",
        f"count({KEY}) - count(DISTINCT {KEY}) AS nanhu_twice",
        *by_field,
    ]
    return f"SELECT {', '.join(facts)} FROM fresh"


def difference() -> str:
    """Keys that are new, gone, or say something else. What has no key is in neither."""
    return (
        f"SELECT coalesce(n.{KEY}, o.{KEY}) AS {KEY},"
        f" CASE WHEN o.{KEY} IS NULL THEN '{NEW}' WHEN n.{KEY} IS NULL THEN '{GONE}' ELSE '{CHANGED}' END AS {CHANGE}"
        f" FROM (SELECT {KEY}, {HASH} FROM fresh WHERE {KEY} IS NOT NULL) AS n"
        f" FULL JOIN (SELECT {KEY}, {HASH} FROM before WHERE {KEY} IS NOT NULL) AS o ON n.{KEY} = o.{KEY}"
        f" WHERE n.{HASH} IS DISTINCT FROM o.{HASH}"
    )


def counts() -> str:
    return f"SELECT {CHANGE}, count(*) AS rows_of_it FROM changes GROUP BY {CHANGE}"
