"""What the ledger shows of this room: who issued a bill, and whom to ask about it."""

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import BoxSystem, CheckResult, Verdict
from nanhu.platforms.ledger import api as ledger
from nanhu.systems.dormitory.models import RoomList
from nanhu.systems.dormitory.queries import room_tile
from nanhu.systems.dormitory.services.charging import ISSUER

registry.life_parts.add(registry.LifePart(key="dormitory.room", topic="dormitory", load=room_tile))
ledger.issuers.add(
    ledger.Issuer(key=ISSUER, name=_("后勤处"), enquiries=_("住处或金额不对，请联系后勤处。")),
)


def bills_work() -> CheckResult:
    count = RoomList.objects.count()
    return CheckResult(verdict=Verdict.OK, message=_("%(count)s 份账单") % {"count": count})


registry.box_systems.add(
    BoxSystem(
        key="dormitory",
        owner=_("后勤处"),
        applications=("dormitory.rooms",),
        check=bills_work,
        fresh=lambda: RoomList.objects.aggregate(last=Max("created_at"))["last"],
        part=_("只有水电代扣"),
    )
)
