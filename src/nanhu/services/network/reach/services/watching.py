"""Odd sign-ins at the VPN (异地提醒): a network the person never used, or two networks at once; "是你吗" and what follows from "不是我".

A place is what the school's table of addresses calls one, mostly a province (`regions`); where the table says nothing of an address its
network stands for it (/24, of IPv6 /48).
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.once import lock_key
from nanhu.platforms.identity import api as identity
from nanhu.platforms.messages import api as messages
from nanhu.services.network import api as network
from nanhu.services.network.reach.models import VpnGrant, VpnUse
from nanhu.services.network.reach.rules import USES_KEPT, prefix_of
from nanhu.services.network.reach.services.regions import region_of

Oddity, Answer = VpnUse.Oddity, VpnUse.Answer
NEAR: Final = timedelta(minutes=10)
"""Two sign-ins from two networks within so short a time are two places, also where no session is known to be open."""


@transaction.atomic
def note_use(*, person_id: int, station: str, grant_key: str) -> VpnUse | None:
    """A sign-in that the door let in. Heard twice, it is written once; where no address came along nothing is judged."""
    prefix = prefix_of(station)
    lock_key(f"network.vpn:{person_id}")
    VpnGrant.objects.filter(person=person_id, state=VpnGrant.State.OPEN).update(last_used_at=now())
    if not prefix or VpnUse.objects.filter(grant_key=grant_key).exclude(grant_key="").exists():
        return None
    region = region_of(station)
    oddity, other = judged(person_id, prefix, region)
    made = VpnUse.objects.create(
        person_id=person_id, network=prefix, region=region, grant_key=grant_key, oddity=oddity, other_network=other
    )
    if oddity:
        facts = {"network": f"{prefix} {region}".strip(), "why": VpnUse.Oddity(oddity).label, "use": made.public_id}
        messages.tell([person_id], "network.vpn_odd", facts, urgency="now", key=f"{person_id} {prefix}")
    return made


def judged(person_id: int, prefix: str, region: str = "") -> tuple[str, str]:
    """Nothing is odd about the very first. What its owner disowned makes no network known."""
    known = VpnUse.objects.filter(person=person_id, at__gte=now() - USES_KEPT).exclude(answer=Answer.NOT_MINE)
    if not known.exists():
        return "", ""
    if other := other_place(person_id, prefix, region):
        return Oddity.TWO_PLACES, other
    here = known.filter(here_too(prefix, region)).exclude(oddity__gt="", answer="")
    return ("", "") if here.exists() else (Oddity.NEW_NETWORK, "")


def here_too(prefix: str, region: str) -> Q:
    return Q(network=prefix) | (Q(region=region) if region else Q())


def other_place(person_id: int, prefix: str, region: str) -> str:
    """Where else it is in use now."""
    stations = [one.station for one in network.sessions_of(person_id, services=["vpn"]) if one.state == "open"]
    others = {found for one in stations if (found := prefix_of(one)) and found != prefix and is_away(one, region)}
    recent = VpnUse.objects.filter(person=person_id, at__gte=now() - NEAR).exclude(here_too(prefix, region))
    recent = recent.exclude(answer=Answer.NOT_MINE)
    return min(others, default="") or recent.order_by("-at").values_list("network", flat=True).first() or ""


def is_away(station: str, region: str) -> bool:
    return not region or region_of(station) != region


@transaction.atomic
def answer_mine(*, by: Actor, use: VpnUse) -> None:
    row = locked(use, [""])
    answered(by, row, Answer.MINE)


@transaction.atomic
def answer_not_mine(*, by: Actor, use: VpnUse, keep_session: int | None) -> None:
    """Every sign-in of the person ends but the one that says so, the network hangs up, and a new password is due before anything opens. Also
    after "是我": that may have been whoever came in."""
    row = locked(use, ["", Answer.MINE])
    answered(by, row, Answer.NOT_MINE)
    identity.demand_new_password(by=by, person_id=row.person_id, keep_session=keep_session)
    network.disconnect(by=by, person_id=row.person_id, cause="ours:disowned")


def locked(use: VpnUse, answers: Collection[str]) -> VpnUse:
    row = VpnUse.objects.select_for_update().get(pk=use.pk)
    if row.answer not in answers or not row.oddity:
        raise WrongStateError(what=VpnUse.what, state=_("已答复"))
    return row


def answered(by: Actor, row: VpnUse, answer: str) -> None:
    row.answer, row.answered_at = answer, now()
    row.save(update_fields=["answer", "answered_at"])
    facts = {"answer": answer, "network": row.network}
    audit.record(by=by, action="network.answer_vpn_use", target=f"person:{row.person_id}", facts=facts)


def forget_old() -> int:
    return VpnUse.objects.filter(at__lt=now() - USES_KEPT).delete()[0]
