"""What a SELECT reads: its tables, and of each column of its result the columns that it is made of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

type Cell = tuple[str, str]
"""A table and one of its columns."""


@dataclass(frozen=True, slots=True)
class Reads:
    """`columns`: by the name in the result; `all_of`: the one table of which all columns are read."""

    tables: tuple[str, ...] = ()
    columns: Mapping[str, tuple[Cell, ...]] | None = None
    all_of: str = ""

    def cells(self, name: str) -> tuple[Cell, ...]:
        found = (self.columns or {}).get(name.casefold(), ())
        return found or (((self.all_of, name),) if self.all_of else ())


@lru_cache(maxsize=256)
def reads_of(query: str, dialect: str) -> Reads:
    """Nothing where it cannot be told: of words that no parser knows, of two tables whose columns are not named by them."""
    import sqlglot  # a fifth of a second of every start, for sources that are read by a query
    from sqlglot import exp
    from sqlglot.errors import SqlglotError
    from sqlglot.lineage import lineage

    try:
        said = sqlglot.parse_one(query, dialect=dialect)
        tables = tuple(dict.fromkeys(tables_in(said)))
        columns = {
            name.casefold(): tuple(cells_in(node)) for name, node in lineage(None, said, {}, dialect=dialect).items()
        }
    except (SqlglotError, ValueError, KeyError, RecursionError):
        return Reads()
    names = said.named_selects if isinstance(said, exp.Query) else []
    is_all = len(tables) == 1 and any(name.endswith("*") for name in names)
    return Reads(tables, columns, tables[0] if is_all else "")


def tables_in(said: Any) -> Iterator[str]:
    from sqlglot import exp

    named = {one.alias for one in said.find_all(exp.CTE)}
    for table in said.find_all(exp.Table):
        if table.name not in named:
            yield name_of(table)


def name_of(table: Any) -> str:
    return ".".join(part.name for part in table.parts)


def cells_in(node: Any) -> Iterator[Cell]:
    from sqlglot import exp

    for one in node.walk():
        if not one.downstream and isinstance(one.source, exp.Table):
            yield name_of(one.source), exp.to_column(one.name).name
