"""Prepared queries: a queryset whose SQL is made once in a process and planned once in a connection, for what every request asks.

Django builds and compiles a queryset anew each time, which costs several times what PostgreSQL takes to answer by a key.

    OF_SESSION = Prepared(lambda: SsoSession.objects.filter(pk=Given("session"), account=Given("account")))
    OF_SESSION(session=3, account=7)  # a list of SsoSession
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import Count, Expression, Field, IntegerField, Lookup, Model, QuerySet, Value
from django.db.models.query import ModelIterable, get_related_populators
from psycopg.pq import TransactionStatus
from psycopg.sql import Literal

from nanhu.kernel.database.lean import STALE, LeanCursor

PLACE = re.compile(r"%%|%s")


class Given(Expression):
    """A value that comes with each call, of the type of its field."""

    def __init__(self, name: str, output_field: "Field[Any, Any] | None" = None) -> None:
        super().__init__(output_field=output_field or IntegerField())
        self.name = name

    def as_sql(self, *_context: object) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


class AnyOf(Lookup):
    """`filter(AnyOf(F("unit_id"), Given("units")))`: the column is one of a list that comes with each call."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, left = self.process_lhs(compiler, connection)
        listed, right = self.process_rhs(compiler, connection)
        return f"{column} = ANY({listed})", (*left, *right)


class Prepared[Row: Model]:
    """Rows of the queryset that `build` makes, in which `Given` stands for what differs from call to call."""

    def __init__(self, build: Callable[[], QuerySet[Row]]) -> None:
        self.build = build

    @cached_property
    def _made(self) -> tuple[QuerySet[Row], Any, str, list[str]]:
        """The queryset, its compiler, and SQL in which only what is given is a parameter: partial indices want constants."""
        rows = self.build()
        compiler = rows.query.get_compiler(using=rows.db)
        sql, values = compiler.as_sql()
        given = [value.name for value in values if isinstance(value, Given)]
        left = iter(values)
        return rows, compiler, PLACE.sub(lambda place: written(place[0], left), sql), given

    @cached_property
    def _converters(self) -> dict[int, Any]:
        """What makes values of the columns, by their place: the same at each call, as the columns are."""
        compiler = self._made[1]
        converters: dict[int, Any] = compiler.get_converters(
            [column[0] for column in compiler.select[: compiler.col_count]]
        )
        return converters

    @cached_property
    def _maker(self) -> "_Maker[Row] | None":
        made: Any = self._made[0]
        is_plain = made._iterable_class is ModelIterable and not made._known_related_objects  # noqa: SLF001
        return _Maker(made, self._made[1], self._converters) if is_plain else None

    def __call__(self, **values: object) -> list[Row]:
        made, compiler, sql, names = self._made
        with planned_cursor() as cursor:
            cursor.execute(sql, [values[name] for name in names])
            found = cursor.fetchall()
        if not found:  # to make ready for rows costs two thirds of what asking did
            return []
        if (maker := self._maker) is not None:
            return maker.rows(found)
        ready = _Ready(compiler, found, self._converters)
        fill: Callable[[object], Iterable[Row]] = made._iterable_class  # type: ignore[assignment]  # noqa: SLF001
        rows: object = QuerySet(made.model, query=ready, using=made.db)  # type: ignore[arg-type]
        return list(fill(rows))

    def first(self, **values: object) -> Row | None:
        return next(iter(self(**values)), None)


class _Maker[Row: Model]:
    """Rows of a model from what the database said of them, as `ModelIterable` makes them; which column goes where is found once."""

    def __init__(self, made: QuerySet[Row], compiler: Any, converters: Mapping[int, Any]) -> None:
        found, mode = compiler.klass_info, made._fetch_mode  # type: ignore[attr-defined]  # noqa: SLF001
        self.db, self.converters = made.db, list(converters.items())
        self.place = slice(found["select_fields"][0], found["select_fields"][-1] + 1)
        self.names = [one[0].target.attname for one in compiler.select[self.place]]
        self.make = partial(found["model"].from_db, fetch_mode=mode)
        self.related = get_related_populators(found, compiler.select, made.db, mode)
        self.further = list(compiler.annotation_col_map.items())

    def rows(self, found: Iterable[Sequence[Any]]) -> list[Row]:
        return [self.row(values) for values in found]

    def row(self, values: Sequence[Any]) -> Row:
        if self.converters:
            values = self.converted(values)
        made: Row = self.make(self.db, self.names, values[self.place])
        for one in self.related:
            one.populate(values, made)
        for name, place in self.further:
            setattr(made, name, values[place])
        return made

    def converted(self, values: Sequence[Any]) -> list[Any]:
        whole, line = list(values), connections[self.db]
        for place, (converters, expression) in self.converters:
            for one in converters:
                whole[place] = one(whole[place], expression, line)
        return whole


def counted(rows: QuerySet[Any]) -> QuerySet[Any]:
    """How many they are, as a queryset that can be prepared: of one row, or of none where there are none."""
    of_one = rows.order_by().annotate(of=Value(1)).values("of")
    numbers: QuerySet[Any] = of_one.annotate(number=Count("pk")).values_list("number", flat=True)
    return numbers


def written(place: str, values: Any) -> str:
    """A constant of the queryset where it stands in the SQL; what is given keeps its place."""
    if place == "%%":
        return place
    value = next(values)
    return place if isinstance(value, Given) else Literal(value).as_string().replace("%", "%%")


@dataclass(frozen=True, slots=True)
class _Ready:
    """Stands where a queryset asks its query for a compiler, and gives one that has asked the database already."""

    compiler: Any
    found: list[tuple[Any, ...]]
    converters: dict[int, Any]

    def get_compiler(self, using: str) -> Any:
        ready = copy(self.compiler)
        ready.connection = connections[using]
        width = ready.col_count if ready.has_extra_select else None
        ready.execute_sql = lambda *_kind, **_options: [[row[:width] for row in self.found] if width else self.found]
        ready.get_converters = lambda _columns: self.converters
        return ready


class PlannedCursor(ServerBindingCursor):
    """As `LeanCursor`, where somebody listens to what is asked."""

    def execute(self, *arguments: Any, **options: Any) -> Any:
        """Outside a transaction a statement whose plan no longer fits is asked once more."""
        own: Any = self.connection  # type: ignore[attr-defined]  # django-stubs know it only as psycopg's
        ask: Any = super().execute  # type: ignore[misc]
        try:
            return ask(*arguments, **options)
        except STALE:
            own._prepared.forget()  # noqa: SLF001
            if own.info.transaction_status is not TransactionStatus.IDLE:
                raise
            return ask(*arguments, **options)


def insert[Row: Model](row: Row) -> Row:
    """A new row, as `save(force_insert=True)` writes it but for signals; its INSERT is made once and planned once in a connection."""
    _insert(row, _insertion(type(row)))
    return row


def insert_unless_there(row: Model) -> bool:
    """The same; False where a row is there that it would collide with."""
    return _insert(row, _insertion(type(row)), "ON CONFLICT DO NOTHING ")


type Insertion = tuple[str, str, Sequence["Field[Any, Any]"]]


def _insert(row: Model, insertion: Insertion, otherwise: str = "") -> bool:
    statement, key, fields = insertion
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    with transaction.mark_for_rollback_on_error(using=connection.alias), planned_cursor() as cursor:
        cursor.execute(f"{statement} {otherwise}RETURNING {key}", values)
        made = cursor.fetchone()
    if made is not None:
        row.pk = made[0]
        row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001
    return made is not None


def _columns(model: type[Model]) -> list["Field[Any, Any]"]:
    """All but the key, which the database gives."""
    meta = model._meta  # noqa: SLF001
    return [field for field in meta.local_concrete_fields if field is not meta.pk and not field.generated]


@cache
def _insertion(model: type[Model]) -> Insertion:
    meta = model._meta  # noqa: SLF001
    fields = _columns(model)
    names = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return f'INSERT INTO "{meta.db_table}" ({names}) VALUES ({places})', f'"{meta.pk.column}"', fields  # noqa: S608


def update(row: Model) -> None:
    """All columns of a row that is there, as `save(force_update=True)` writes them but for signals."""
    statement, fields = _change(type(row))
    values = [field.get_db_prep_save(field.pre_save(row, add=False), connection) for field in fields]
    with transaction.mark_for_rollback_on_error(using=connection.alias), planned_cursor() as cursor:
        cursor.execute(statement, [*values, row.pk])
        if not cursor.rowcount:
            raise DatabaseError(f"{row!r} is gone")


@cache
def _change(model: type[Model]) -> tuple[str, list["Field[Any, Any]"]]:
    meta = model._meta  # noqa: SLF001
    fields = _columns(model)
    named = ", ".join(f'"{field.column}" = %s' for field in fields)
    return f'UPDATE "{meta.db_table}" SET {named} WHERE "{meta.pk.column}" = %s', fields  # noqa: S608


def planned_cursor() -> Any:
    """By which PostgreSQL keeps the plan of each statement (`prepare_threshold` in the settings); what is given takes the type of its place
    in it."""
    own: Any = connections[DEFAULT_DB_ALIAS]
    own.ensure_connection()
    if own.queries_logged or own.execute_wrappers:
        return own._prepare_cursor(PlannedCursor(own.connection))  # type: ignore[call-arg]  # noqa: SLF001
    own.validate_thread_sharing()
    return LeanCursor(own)
