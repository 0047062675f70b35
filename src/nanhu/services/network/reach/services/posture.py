"""Posture (终端检查): which VPN program may stay connected, by what the program says of itself to the gateway."""

from collections.abc import Mapping
from typing import Final

from django.db import transaction

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.platforms.messages import api as messages
from nanhu.services.network import api as network
from nanhu.services.network.reach import rules
from nanhu.services.network.reach.school import reach_rules

BY: Final = Actor.system("network.posture")
CAUSE: Final = "ours:client"


def judge(nas: network.Nas, programs: Mapping[str, str]) -> None:
    """`programs`: what is connected there, by session number. What the school does not admit is ended, and its person told, once a day and
    program."""
    unfit = {sid: one for sid, one in programs.items() if not rules.is_fit(one, reach_rules().clients)}
    if not unfit:
        return
    for sid, session_id, person_id in network.open_at(nas.pk, unfit):
        put_off(person_id=person_id, session_id=session_id, program=unfit[sid])


@transaction.atomic
def put_off(*, person_id: int, session_id: int, program: str) -> None:
    if network.end_these(by=BY, session_ids=[session_id], cause=CAUSE):
        key = f"{person_id} {campus_today()} {program}"
        messages.tell([person_id], "network.vpn_client", {"program": program or "—"}, urgency="now", key=key)
