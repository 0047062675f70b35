"""What reach hears: the end of a VPN case, who came in by VPN, who left, who turned out to be one person."""

from collections.abc import Sequence

from nanhu.kernel.events import subscribe
from nanhu.platforms.flows.api import CaseClosed
from nanhu.platforms.people import api as people
from nanhu.platforms.people.api import AffiliationEnded, PersonsMerged, PersonsParted
from nanhu.services.network.api import AdmissionGranted
from nanhu.services.network.reach.models import VpnUse
from nanhu.services.network.reach.processes import KEY
from nanhu.services.network.reach.services import granting, watching


@subscribe(CaseClosed, name="network_reach.settle_vpn")
def settle_vpn(events: Sequence[CaseClosed]) -> None:
    for event in events:
        if event.definition == KEY:
            granting.settle(case_id=event.case_id, outcome=event.outcome)


@subscribe(AdmissionGranted, name="network_reach.note_use")
def note_use(events: Sequence[AdmissionGranted]) -> None:
    for event in events:
        if event.service == "vpn":
            watching.note_use(person_id=event.person_id, station=event.station, grant_key=str(event.grant_id))


@subscribe(AffiliationEnded, name="network_reach.close_vpn_of_leavers")
def close_vpn_of_leavers(events: Sequence[AffiliationEnded]) -> None:
    granting.close_of_leavers({event.person_id for event in events})


@subscribe(PersonsMerged, name="network_reach.rekey")
def rekey_merged(events: Sequence[PersonsMerged]) -> None:
    for kept_id, gone_id in people.merges_that_stand(events):
        granting.rekey(gone_id=gone_id, kept_id=kept_id)
        VpnUse.objects.filter(person=gone_id).update(person=kept_id)


@subscribe(PersonsParted, name="network_reach.part")
def part_persons(events: Sequence[PersonsParted]) -> None:
    for kept_id, restored_id in people.partings_that_stand(events):
        granting.part(kept_id=kept_id, restored_id=restored_id)
