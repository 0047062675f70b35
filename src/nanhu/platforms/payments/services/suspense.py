"""Notices that are genuine and cannot be right (可疑到账): kept with an owner, nobody is credited before two people looked."""

from datetime import date

from django.db import transaction

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.once import lock_key
from nanhu.platforms.payments.models import Channel, Difference
from nanhu.platforms.payments.policies import FINANCE_OFFICE

BY = Actor.system("payments.notices")


@transaction.atomic
def suspend(*, channel: Channel, order: str, amount_fen: int, why: str, campus_no: str = "") -> Difference:
    """Told again it is the same. It names no money of ours: the books do not move."""
    lock_key(f"payments.suspect:{channel.pk}:{order}")
    known = Difference.objects.filter(channel=channel, order=order, kind=Difference.Kind.SUSPECT).first()
    known = known or Difference.objects.filter(channel=channel, order=order, day=campus_today()).first()
    if known is not None:
        return known
    made = Difference.objects.create(
        channel=channel,
        day=campus_today(),
        order=order,
        reference=order,
        kind=Difference.Kind.SUSPECT,
        why=why,
        campus_no=campus_no,
        theirs_fen=amount_fen,
        owner=str(FINANCE_OFFICE),
    )
    facts = {"order": order, "fen": amount_fen, "channel": channel.name}
    audit.record(
        by=BY, action="payments.suspend_notice", target=f"payments_difference:{made.pk}", reason=why, facts=facts
    )
    return made


def open_suspects(day: date) -> list[Difference]:
    """Those heard up to a day and not settled yet."""
    rows = Difference.objects.filter(kind=Difference.Kind.SUSPECT, state=Difference.State.OPEN, day__lte=day)
    return list(rows.select_related("channel").order_by("day", "pk"))
