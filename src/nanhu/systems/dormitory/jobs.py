"""Periodic jobs of dormitories: lists that stopped half way."""

from nanhu.kernel.jobs import job
from nanhu.systems.dormitory.models import RoomList
from nanhu.systems.dormitory.services.posting import take_shares
from nanhu.systems.dormitory.services.returns import give_shares_back


@job("dormitory.resume_room_lists", every="*/7 * * * *")
def resume_room_lists() -> int:
    """Lists whose worker died between two pieces, or that wait for somebody's correction."""
    works = {RoomList.State.POSTING: take_shares, RoomList.State.RETURNING: give_shares_back}
    left = list(RoomList.objects.filter(state__in=works).values_list("pk", "state"))
    for batch_id, state in left:
        works[RoomList.State(state)](batch_id=batch_id)
    return len(left)
