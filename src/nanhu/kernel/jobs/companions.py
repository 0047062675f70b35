"""Companions of the worker: loops on threads of their own, for work that must not wait until a job slot is free."""

import logging
import threading
import time
from collections.abc import Callable

import psycopg
from django.db import Error, close_old_connections, connection
from django.utils import timezone

from nanhu.kernel import read_only
from nanhu.kernel.configuration import configuration
from nanhu.kernel.models import Heartbeat

log = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
BUSY_LOOK_SECONDS = 0.05
HEARTBEAT_SECONDS = 10.0
HEARTBEAT_PREFIX = "worker."

type Companion = Callable[[threading.Event], None]
"""Runs until the event is set. Loses the database and waits for it; is killed at any moment and loses nothing."""
type Turn = Callable[[], bool]
"""Does what is due now; True while something is still under way, to be looked after soon."""

companions: dict[str, Companion] = {}


def keep_turning(stopping: threading.Event, *, name: str, channel: str, begin: Callable[[], Turn]) -> None:
    """Turn at once on each notice of `channel` and each second without one. `begin` makes the turn anew with each
    connection. A lost database is waited for; a fault of the turn does not end the loop for good."""
    while not stopping.is_set():
        try:
            with psycopg.connect(configuration().database_url, autocommit=True) as listener:
                listener.execute(f"LISTEN {channel}")
                turn_and_listen(with_heartbeat(resting(begin(), name), name), listener, stopping)
        except (Error, psycopg.Error, OSError):
            log.warning("%s lost the database; trying again", name)
            stopping.wait(1)
        except Exception:
            log.exception("%s broke; beginning anew", name)
            stopping.wait(5)
        finally:
            close_old_connections()


def resting(turn: Turn, name: str) -> Turn:
    """The turn, but for the time in which the school is read-only."""
    if name in read_only.goes_on().loops:
        return turn
    return lambda: not read_only.is_on() and turn()


def with_heartbeat(turn: Turn, name: str) -> Turn:
    """The turn, and now and then a word to the doctor that it still comes round."""
    said_at = float("-inf")

    def turned() -> bool:
        nonlocal said_at
        is_busy = turn()
        if time.monotonic() - said_at > HEARTBEAT_SECONDS:
            Heartbeat.objects.update_or_create(name=f"{HEARTBEAT_PREFIX}{name}", defaults={"seen_at": timezone.now()})
            said_at = time.monotonic()
        return is_busy

    return turned


def turn_and_listen(turn: Turn, listener: psycopg.Connection, stopping: threading.Event) -> None:
    while not stopping.is_set():
        is_busy = turn()
        if not is_busy:
            connection.close()
        for _notice in listener.notifies(timeout=BUSY_LOOK_SECONDS if is_busy else LOOK_SECONDS, stop_after=1):
            break
