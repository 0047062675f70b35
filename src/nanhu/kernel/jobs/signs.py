"""Signs of life of the worker, and that none came for long."""

import logging
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from nanhu.kernel.models import Heartbeat, Outage

log = logging.getLogger(__name__)
WORKER: Final = "worker"
"""Its row among the heartbeats."""
OUTAGE: Final = timedelta(minutes=30)


@transaction.atomic
def give_sign() -> None:
    """That the program is there. Where nobody gave one for longer than `OUTAGE`, it was away: kept for whoever promised something meanwhile.
    A machine that boots with a wrong clock (2000-01-01, until NTP answers) never sets the last sign back: the right clock would find an
    outage of years."""
    moment = timezone.now()
    last, _is_first = Heartbeat.objects.select_for_update().get_or_create(name=WORKER, defaults={"seen_at": moment})
    away = moment - last.seen_at
    if away <= timedelta():
        return
    if away > Outage.LONGEST:
        log.error(
            "no sign of life from %s to %s: is the clock right? No deadline is moved by itself", last.seen_at, moment
        )
    if away > OUTAGE:
        Outage.objects.create(began_at=last.seen_at, ended_at=moment)
    Heartbeat.objects.filter(name=WORKER).update(seen_at=moment)


def is_outage_untold() -> bool:
    """The last sign is old: whoever runs in a worker that is back runs before the outage is kept."""
    return Heartbeat.objects.filter(name=WORKER, seen_at__lt=timezone.now() - OUTAGE).exists()
