"""The worker process: jobs on procrastinate's loop, events and companions on threads beside it, a heartbeat for the doctor."""

import threading

from django.db import connections
from django.utils import timezone
from procrastinate.contrib.django import app

from nanhu.kernel.events import deliver_pending
from nanhu.kernel.events.outbox import CHANNEL
from nanhu.kernel.jobs.companions import companions, keep_turning
from nanhu.kernel.models import Heartbeat

CONCURRENT_JOBS = 2


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
    keep_turning(stopping, name="the event relay", channel=CHANNEL, begin=lambda: relay_turn)


def relay_turn() -> bool:
    Heartbeat.objects.update_or_create(name="worker", defaults={"seen_at": timezone.now()})
    deliver_pending(rounds=20)
    return False
