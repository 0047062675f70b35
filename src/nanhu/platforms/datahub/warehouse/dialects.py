"""One SQL, two engines: Spark's is made from DuckDB's by sqlglot, and what sqlglot does not know is said here."""

from typing import Any


def for_spark(sql: str) -> str:
    import sqlglot  # a fifth of a second of every start, for schools with several machines

    tree = sqlglot.parse_one(sql, read="duckdb").transform(in_spark)
    said: str = tree.sql(dialect="spark")
    return said


def in_spark(node: Any) -> Any:
    """`a && b` is no list of Spark's."""
    from sqlglot import exp

    if isinstance(node, exp.ArrayOverlaps):
        return exp.Anonymous(this="ARRAYS_OVERLAP", expressions=[node.this, node.expression])
    return node
