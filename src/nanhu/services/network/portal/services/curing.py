"""Cures taken on the page 为什么上不了网: which, for what, and whether it helped."""

from datetime import timedelta
from typing import Final

from nanhu.kernel import throttle
from nanhu.kernel.clock import now
from nanhu.kernel.throttle import Gate, Limit
from nanhu.services.network.portal.models import Cure

STRANGERS: Final = Limit("network_cures", free=20, cap=3600, memory=timedelta(hours=6), leak=0.002)
ASKED_FOR: Final = timedelta(hours=2)


def record(*, person_id: int | None, address: str, finding: str, cure: str) -> None:
    """Of strangers only so many from one network: whoever presses all day fills no table."""
    if person_id is None:
        try:
            throttle.admit([Gate(STRANGERS, throttle.network_of(address))])
        except throttle.TooManyAttemptsError:
            return
    Cure.objects.create(person_id=person_id, finding=finding, cure=cure)


def last_open(person_id: int | None) -> Cure | None:
    """The last cure of this person of which we do not know yet whether it helped."""
    if person_id is None:
        return None
    return Cure.objects.filter(person_id=person_id, is_solved=None, at__gt=now() - ASKED_FOR).order_by("-at").first()


def answer(*, person_id: int | None, is_solved: bool) -> Cure | None:
    one = last_open(person_id)
    if one is not None:
        Cure.objects.filter(pk=one.pk).update(is_solved=is_solved)
    return one
