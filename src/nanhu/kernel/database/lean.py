"""A cursor for statements whose plan is kept, right above libpq and on Django's own connection: of a statement that PostgreSQL answers by a key,
psycopg's cursors and Django's around them are most of the cost.

It asks as they do: in the transaction that is open, with the same conversion of values, the same plans, the same errors.
"""

from collections.abc import Generator, Iterator, Sequence
from functools import lru_cache
from types import TracebackType
from typing import Any, Final, Self

from psycopg import errors
from psycopg._preparing import Prepare
from psycopg._queries import PostgresQuery, _query2pg_nocache
from psycopg.adapt import Transformer
from psycopg.generators import execute
from psycopg.pq import ExecStatus, TransactionStatus

STALE: Final = (errors.FeatureNotSupported, errors.InvalidSqlStatementName)
"""A plan of a table that has other columns since, and one that a server between us and PostgreSQL has given up."""
TUPLES_OK: Final = ExecStatus.TUPLES_OK
FILLED: Final = frozenset({TUPLES_OK, ExecStatus.COMMAND_OK})
MOST_STATEMENTS = 2048
"""The program's own, which are written in it. psycopg keeps 128, and none above 4 kB: those it reads anew at each asking."""


class LeanCursor:
    """One statement and all its rows, which are here at once. `db`: Django's connection, which is open. `description` tells whether a
    statement gives rows, and nothing of their columns."""

    def __init__(self, db: Any) -> None:
        self.db, self.own = db, db.connection
        self.rows: list[tuple[Any, ...]] = []
        self.at = 0
        self.rowcount = -1
        self.description: tuple[int, ...] | None = None

    def execute(self, statement: str, facts: Any = None) -> None:
        """Outside a transaction a statement whose plan no longer fits is asked once more."""
        self.db.validate_no_broken_transaction()
        with self.db.wrap_database_errors:
            try:
                self.ask(statement, facts)
            except STALE:
                self.own._prepared.forget()  # noqa: SLF001
                if self.own.pgconn.transaction_status != TransactionStatus.IDLE:
                    raise
                self.ask(statement, facts)

    def ask(self, statement: str, facts: Any) -> None:
        own = self.own
        with own.lock:
            own._check_connection_ok()  # noqa: SLF001
            values = converter_of(own)
            query = converted(statement, facts, values)
            result = own.wait(answered(own, query))
            self.at, self.description, self.rows = 0, None, []
            if result.status == TUPLES_OK:
                self.description = (result.nfields,)
                if count := result.ntuples:
                    values.set_pgresult(result)
                    self.rows = values.load_rows(0, count, tuple)
                    values.set_pgresult(None)  # a connection that waits for the next question keeps no rows of this one
                self.rowcount = count
            else:
                self.rowcount = result.command_tuples or 0

    def fetchone(self) -> tuple[Any, ...] | None:
        self.at += 1
        return self.rows[self.at - 1] if self.at <= len(self.rows) else None

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        begun = self.at
        self.at = min(begun + size, len(self.rows))
        return self.rows[begun : self.at]

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.fetchmany(len(self.rows))

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.fetchall())

    def close(self) -> None:
        self.rows = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def converter_of(own: Any) -> Any:
    """What makes PostgreSQL's values of ours and ours of its: one for a connection, whose rows are all taken at once."""
    found = getattr(own, "_nanhu_values", None)
    if found is None:
        found = own._nanhu_values = Transformer(own)  # noqa: SLF001
    return found


def converted(statement: str, facts: Sequence[Any] | None, values: Any) -> PostgresQuery:
    """As psycopg converts it; where the places of its values are is found once in a process."""
    query = PostgresQuery(values)
    if facts is None:
        query.convert(statement, None)
    else:
        query.query, query._want_formats, query._order, query._parts = taken_apart(statement, values.encoding)  # noqa: SLF001
        query.dump(facts)
    return query


@lru_cache(maxsize=MOST_STATEMENTS)
def taken_apart(statement: str, encoding: str) -> Any:
    return _query2pg_nocache(statement.encode(encoding), encoding)


def answered(own: Any, query: PostgresQuery) -> Generator[Any, Any, Any]:
    """The conversation that psycopg's cursor has about it."""
    yield from own._start_query()  # noqa: SLF001
    plans, line = own._prepared, own.pgconn  # noqa: SLF001
    prepare, name = plans.get(query)
    if prepare is Prepare.NO:
        line.send_query_params(query.query, query.params, param_formats=query.formats, param_types=query.types)
    else:
        if prepare is Prepare.SHOULD:
            line.send_prepare(name, query.query, param_types=query.types)
            [made] = yield from execute(line)
            if made.status != ExecStatus.COMMAND_OK:
                raise errors.error_from_result(made, encoding=query._tx.encoding)  # noqa: SLF001
        line.send_query_prepared(name, query.params, param_formats=query.formats)
    key = plans.maybe_add_to_cache(query, prepare, name)
    results = yield from execute(line)
    if key is not None:
        plans.validate(key, prepare, name, results)
    result = results[-1]
    if result.status not in FILLED:
        raise errors.error_from_result(result, encoding=query._tx.encoding)  # noqa: SLF001
    yield from plans.maintain_gen(own)
    return result
