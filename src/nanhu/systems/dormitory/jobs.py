"""Periodic jobs of dormitories: lists that stopped half way."""

import logging

from nanhu.kernel.jobs import job
from nanhu.systems.dormitory.models import RoomList
from nanhu.systems.dormitory.services.posting import take_shares
from nanhu.systems.dormitory.services.returns import give_shares_back

log = logging.getLogger(__name__)


@job("dormitory.resume_room_lists", every="*/7 * * * *")
def resume_room_lists() -> int:
    """Lists whose worker died between two pieces, or that wait for somebody's correction. One that breaks stops no other."""
    works = {RoomList.State.POSTING: take_shares, RoomList.State.RETURNING: give_shares_back}
    left = list(RoomList.objects.filter(state__in=works).values_list("pk", "state"))
    broken = []
    for batch_id, state in left:
        try:
            works[RoomList.State(state)](batch_id=batch_id)
        except Exception as error:
            log.exception("room list %s stopped", batch_id)
            broken.append(error)
    if broken:
        raise ExceptionGroup("room lists stopped", broken)
    return len(left)
