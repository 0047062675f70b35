"""The worker process: jobs on procrastinate's loop, events and companions on threads beside it, a heartbeat for the doctor."""

import logging
import threading
import time

import psycopg
from django.db import Error, close_old_connections, connection, connections
from django.utils import timezone
from procrastinate.contrib.django import app

from nanhu.kernel.configuration import configuration
from nanhu.kernel.events import deliver_pending
from nanhu.kernel.events.outbox import CHANNEL
from nanhu.kernel.jobs.companions import companions
from nanhu.kernel.models import Heartbeat

CONCURRENT_JOBS = 2
LONGEST_WAIT_SECONDS = 1.0
log = logging.getLogger(__name__)


def run_worker() -> None:
    """Run until SIGINT or SIGTERM. A lost database is waited for, not died of."""
    stopping = threading.Event()
    loops = {"events": relay_events, **companions}
    beside = [threading.Thread(target=loop, args=(stopping,), name=name, daemon=True) for name, loop in loops.items()]
    for thread in beside:
        thread.start()
    try:
        with app.replace_connector(app.connector.get_worker_connector()) as worker:  # type: ignore[attr-defined]
            worker.run_worker(
                concurrency=CONCURRENT_JOBS, delete_jobs="successful", shutdown_graceful_timeout=5, name="nanhu"
            )
    finally:
        stopping.set()
        for thread in beside:
            thread.join(timeout=5)
        connections.close_all()


def relay_events(stopping: threading.Event) -> None:
    while not stopping.is_set():
        try:
            with psycopg.connect(configuration().database_url, autocommit=True) as listener:
                listener.execute(f"LISTEN {CHANNEL}")
                serve(listener, stopping)
        except (Error, psycopg.Error, OSError):
            log.warning("the event relay lost the database; trying again")
            time.sleep(1)
        finally:
            close_old_connections()


def serve(listener: psycopg.Connection, stopping: threading.Event) -> None:
    while not stopping.is_set():
        Heartbeat.objects.update_or_create(name="worker", defaults={"seen_at": timezone.now()})
        deliver_pending(rounds=20)
        connection.close()
        for _notice in listener.notifies(timeout=LONGEST_WAIT_SECONDS, stop_after=1):
            break
