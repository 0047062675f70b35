"""What the sample campus enters: the sync begun, students and staff who agreed, a newcomer who waits for the personnel office."""

from collections.abc import Collection

from nanhu.kernel.clock import now
from nanhu.kernel.crypto import mask_phone
from nanhu.services.mobile import queries
from nanhu.services.mobile.adapters.wecom.line import line
from nanhu.services.mobile.models import Corp, Member, Newcomer
from nanhu.services.mobile.services import bindings, members

OFFICE = "信息中心"


def begin(*, students: Collection[int], staff: Collection[int] = ()) -> int:
    """Nothing is compared first: on the sample campus the emulator runs later. How many wait to be pushed."""
    found = line()
    if found is None or Corp.objects.exists():
        return 0
    Corp.objects.create(corp_id=found.corp_id, started_at=now(), started_by_name=OFFICE)
    for person_id in students:
        bindings.consent(person_id=person_id, purposes=("binding", "document"))
    for person_id in staff:
        bindings.consent(person_id=person_id)
    queued = members.follow(queries.everybody())
    Member.objects.exclude(task="").update(due_at=now())
    return queued


def register_newcomer(*, name: str, campus_no: str, unit_id: int, phone: str) -> None:
    Newcomer.objects.create(
        name=name,
        campus_no=campus_no,
        unit_id=unit_id,
        phone=phone,
        phone_masked=mask_phone(phone),
        state=Newcomer.State.WAITING,
    )
