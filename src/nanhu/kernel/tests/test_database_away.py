"""While the database is away: 503 and when to come again, at once and for everybody, and nothing of it afterwards."""

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from nanhu.kernel.database import away

DOORS = ["/sign-in", "/cas/login", "/cas/p3/serviceValidate?service=https://oa.example.edu.cn/&ticket=ST-1"]


@pytest.fixture(autouse=True)
def nothing_noticed():
    yield
    away.noticed.clear()
    connection.close()


def cut_off() -> None:
    """The server ends this process's connection, as a restart does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [mine] = cursor.fetchone()
    parameters = {name: value for name, value in connection.get_connection_params().items() if name != "pool"}
    parameters.pop("cursor_factory", None)
    parameters.pop("context", None)
    with psycopg.connect(**parameters) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [mine])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("door", DOORS)
def test_a_connection_that_was_cut_is_503_and_the_next_request_is_served(door):
    client = Client(raise_request_exception=False)
    usual = client.get(door).status_code
    cut_off()
    answer = client.get(door)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, str(away.RETRY_SECONDS))
    connection.close()
    assert client.get(door).status_code == usual


@pytest.mark.django_db
def test_while_it_is_known_to_be_away_nobody_waits_and_programs_get_json(monkeypatch):
    away.noticed.set()
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", "9")
    answer = Client().get("/sign-in", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, str(away.RETRY_SECONDS))
    assert answer.headers["Content-Type"].startswith("application/json")
    assert Client().get("/health/live").status_code == 200
    assert away.noticed.is_set()


def failure(kind: type[Exception], state: str | None) -> Exception:
    error = kind("x")
    error.__cause__ = psycopg.OperationalError("x")
    error.__cause__.sqlstate = state
    return error


@pytest.mark.parametrize(
    ("kind", "state", "is_away"),
    [
        (OperationalError, None, True),
        (OperationalError, "57P03", True),
        (OperationalError, "53300", True),
        (InterfaceError, None, True),
        (OperationalError, "40P01", False),
        (OperationalError, "57014", False),
        (ValueError, None, False),
    ],
)
def test_what_counts_as_away(kind, state, is_away):
    assert away.is_away_by(failure(kind, state)) is is_away
