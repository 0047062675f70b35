"""Two who were taken for one are told apart: a phone that was registered meanwhile may be the other's, and makes no code any more."""

from collections.abc import Sequence

from nanhu.kernel.actors import Actor
from nanhu.kernel.events import subscribe
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import PersonsParted
from nanhu.systems.card.codes.models import CodeDevice
from nanhu.systems.card.codes.services import devices

BY = Actor.system("card.codes")


@subscribe(PersonsParted, name="card_codes.end_doubtful_devices", at_once=True)
def end_doubtful_devices(events: Sequence[PersonsParted]) -> None:
    records = list(people.parted_records(events))
    devices.hold_phones(*[one.person_id for one in records])
    for one in records:
        for device in devices.living_devices(one.person_id):
            if people.is_set_after(device.created_at, one.since):
                devices.end_device(by=BY, device=device, ending=CodeDevice.Ending.PARTED)
