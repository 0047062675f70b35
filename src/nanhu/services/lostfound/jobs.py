"""Periodic jobs of lost and found."""

from nanhu.kernel.jobs import job
from nanhu.services.lostfound.services import aging


@job("lostfound.reviews", every="*/10 * * * *")
def alarm_late_reviews() -> int:
    return aging.alarm_late_reviews()


@job("lostfound.nightly", every="12 0 * * *")
def go_on_nightly() -> dict[str, int]:
    """Each by itself: what one does, the next sees."""
    return {
        "expired": aging.expire(),
        "forgotten": aging.forget_phones(),
        "removed": aging.remove_old(),
    }
