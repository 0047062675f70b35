"""What becomes of an integration that does not answer: it is left alone for a while, and its owner is told once."""

from datetime import timedelta
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import F

from nanhu.kernel.clock import now
from nanhu.platforms.identity import api as identity
from nanhu.platforms.messages import api as messages
from nanhu.platforms.people import api as people
from nanhu.platforms.portal.integrations import living, rules, troubles
from nanhu.platforms.portal.models import Integration

log = structlog.get_logger()
MOST_FAILURES: Final = 5
SHORT_PAUSE, LONG_PAUSE = timedelta(seconds=10), timedelta(minutes=2)
NOTED_EVERY: Final = timedelta(minutes=1)
TOLD_EVERY: Final = timedelta(hours=1)
"""One that answers now and then is told of once in this time."""
LONGEST_ERROR: Final = 200


def is_paused(one: Integration) -> bool:
    """Nobody calls it now."""
    pause = SHORT_PAUSE if one.failures < MOST_FAILURES else LONG_PAUSE
    return one.failed_at is not None and one.failures > 0 and now() < one.failed_at + pause


def is_down(one: Integration) -> bool:
    return one.failures >= MOST_FAILURES


@transaction.atomic
def note_failure(one: Integration, error: Exception) -> None:
    words = rules.shown(troubles.raw(error), LONGEST_ERROR)
    log.warning("portal.integration_failed", key=one.key, error=words)
    same = Integration.objects.filter(pk=one.pk, version=one.version)
    same.update(failures=F("failures") + 1, failed_at=now(), error=words)
    untold = same.filter(failures__gte=MOST_FAILURES, told_at=None, state=Integration.State.LIVE)
    if untold.update(told_at=now()):
        tell_owner(one)
    transaction.on_commit(living.read_anew)


def tell_owner(one: Integration) -> None:
    """Where the post is vacant, those who take systems in."""
    post = people.find_post(one.owner_unit_id, one.owner_office, climbs=True) if one.owner_unit_id else None
    keepers = (one.person_id for one in identity.holders_of("portal.integrator"))
    told = post.person_ids if post and post.person_ids else tuple(one for one in keepers if one is not None)
    messages.tell(told, "portal.integration_down", {"name": one.name, "count": MOST_FAILURES})


def note_success(one: Integration) -> None:
    if one.failures or one.good_at is None or now() - one.good_at > NOTED_EVERY:
        good: dict[str, Any] = {"failures": 0, "failed_at": None, "error": "", "good_at": now()}
        if one.told_at is not None and now() - one.told_at > TOLD_EVERY:
            good["told_at"] = None
        Integration.objects.filter(pk=one.pk, version=one.version).update(**good)
        one.failures, one.failed_at = 0, None
        living.read_anew()
