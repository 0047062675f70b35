"""The database away (数据库不在): known in this process for as long as it lasts, so that requests do not queue up for it.

Whoever meets it notes it. From then on requests are turned away at once, and one at a time looks whether it is back.
"""

import threading
from contextlib import suppress

import psycopg
from django.db import InterfaceError, OperationalError, connection

CONNECT_SECONDS = 2
RETRY_SECONDS = 5
noticed = threading.Event()
looking = threading.Lock()


def is_away_by(error: BaseException | None) -> bool:
    """Does this failure say that the database cannot be reached, or does not take us just now?

    A statement that was cancelled or a deadlock is told by a SQLSTATE of its own class; that is a failure like others.
    """
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state[:2] in {"08", "53"} or state[:3] == "57P"


def note(error: BaseException | None) -> bool:
    if not is_away_by(error):
        return False
    noticed.set()
    return True


def is_away() -> bool:
    """One asks the database, the others are told what was known."""
    if not noticed.is_set():
        return False
    if looking.acquire(blocking=False):
        try:
            if answers():
                noticed.clear()
        finally:
            looking.release()
    return noticed.is_set()


def answers() -> bool:
    parameters = connection.get_connection_params()
    for name in ("pool", "cursor_factory", "context"):
        parameters.pop(name, None)
    with suppress(psycopg.Error), psycopg.connect(**{**parameters, "connect_timeout": CONNECT_SECONDS}) as line:
        line.execute("SELECT 1")
        return True
    return False
