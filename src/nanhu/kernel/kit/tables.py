"""A table, declared once per page: its columns in order. It is shown by <c-kit.rows> and exported as a sheet."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, QuerySet

from nanhu.kernel.kit.columns import Column, Markup
from nanhu.kernel.kit.people import PersonLine, person_lines


def placed(columns: Mapping[str, Column], said: Mapping[str, Any]) -> dict[str, Column]:
    """What is declared anew stands where it stood, what follows a None in the place of that, the rest at the end."""
    found, order, at = dict(columns), list(columns), len(columns)
    for name, one in said.items():
        if one is None and name in order:
            at = order.index(name)
            order.remove(name)
        elif isinstance(one, Column):
            found[name] = one
            if name not in order:
                order.insert(at, name)
                at += 1
    return {name: found[name] for name in order}


class Table:
    """Columns are class attributes; a subclass goes on with those of its parents, but for one that it calls None: what it
    declares behind that stands in its place. `ordering`: of a list that nobody sorted."""

    columns: ClassVar[tuple[Column, ...]] = ()
    ordering: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.columns = tuple(placed({one.name: one for one in cls.columns}, vars(cls)).values())

    @classmethod
    def made_of(cls, name: str, columns: Mapping[str, Column]) -> "type[Table]":
        """A table whose columns are known only when the program runs."""
        return type(name, (cls,), dict(columns))

    @classmethod
    def exported_columns(cls) -> tuple[Column, ...]:
        return tuple(column for column in cls.columns if not isinstance(column, Markup) or column.is_exported)

    @classmethod
    def people_in(cls, rows: Sequence[Any]) -> Mapping[int, PersonLine]:
        named = {column.person_of(row) for row in rows for column in cls.columns}
        return person_lines(one for one in named if one is not None)


def sort_fields(column: Column, model: type[Model]) -> tuple[str, ...]:
    """The fields of the database that put a column in order; none where it is reckoned."""
    if column.sort is False:
        return ()
    if isinstance(column.sort, str):
        return tuple(column.sort.split())
    return (column.of,) if isinstance(column.of, str) and is_field(model, column.of) else ()


def is_field(model: type[Model] | None, path: str) -> bool:
    for part in path.split("__"):
        try:
            field = model._meta.get_field(part) if model else None  # noqa: SLF001 - Django's documented Meta API
        except FieldDoesNotExist:
            return False
        if field is None:
            return False
        model = field.related_model if field.is_relation and isinstance(field.related_model, type) else None
    return True


def in_order(table: type[Table], rows: Iterable[Any], wanted: str) -> Iterable[Any]:
    """By the column that the address names ("-price": downwards); else as the table or the query has it. The key breaks ties. Rows that
    were cut off stay as they were cut."""
    if not isinstance(rows, QuerySet) or rows.query.is_sliced:
        return rows
    column = next((one for one in table.columns if one.name == wanted.lstrip("-")), None)
    fields = sort_fields(column, rows.model) if column else ()
    if fields:
        sign = "-" if wanted.startswith("-") else ""
        return rows.order_by(*(f"{sign}{field}" for field in fields), "-pk")
    return rows if rows.ordered and not table.ordering else rows.order_by(*table.ordering, "-pk")
