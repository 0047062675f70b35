"""What rooms above register: each book has the columns, and where no room is above nothing is owed, credited or compared."""

# ruff: noqa: S608 - names of our own views

import pytest
from django.db import connection

from nanhu.kernel.actors import Actor
from nanhu.platforms.payments import books
from nanhu.platforms.payments.errors import NobodyToCreditError
from nanhu.platforms.payments.models import Difference
from nanhu.platforms.payments.services import differences, payouts

pytestmark = pytest.mark.django_db


def kinds_of_columns(statement: str) -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [(one.name, one.type_code) for one in cursor.description]


def test_each_book_has_the_columns_in_their_kinds():
    """A union would bend one that has others."""
    wanted = kinds_of_columns(f"WITH {books.orders()} SELECT * FROM orders LIMIT 0")
    assert ", ".join(name for name, _kind in wanted) == books.COLUMNS
    assert len(books.BOOKS) > 1
    for view in books.BOOKS:
        assert kinds_of_columns(f"SELECT {books.COLUMNS} FROM {view} LIMIT 0") == wanted, view


def test_where_no_room_is_above_nothing_is_compared_owed_or_credited(monkeypatch):
    monkeypatch.setattr(books, "BOOKS", [])
    monkeypatch.setattr(payouts, "PURPOSES", {})
    monkeypatch.setattr(differences, "USES", [])
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {books.orders()} SELECT * FROM orders")
        assert cursor.fetchall() == []
    assert payouts.waiting() == []
    with pytest.raises(NobodyToCreditError):
        differences.credited(Actor.system("test"), Difference(order="X1", theirs_fen=1))
