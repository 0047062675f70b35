"""What identity's RADIUS endpoint asks this room: a grant with the policy's attributes, and where accounting goes."""

from collections.abc import Mapping
from typing import Final

from django.db.models import GenericIPAddressField, Q, QuerySet, TextField

from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.platforms.identity.api import Attributes, NetworkPolicy, NetworkSignIn, network_policies
from nanhu.services.network.errors import NotAdmittedError
from nanhu.services.network.models import Nas
from nanhu.services.network.queries import role_of
from nanhu.services.network.rules import GRANT_PREFIX
from nanhu.services.network.services import accounting, admission, interims, readmission, redeeming
from nanhu.services.network.services.admission import Admission, AdmissionRequest

BITS: Final = 1000
DEFAULT_INTERIM: Final = 300


def admit(sign_in: NetworkSignIn) -> Attributes | None:
    facts = {name: [value] for name, value in sign_in.nas.items()}
    nas = nas_at(*accounting.nas_of(facts))
    if nas is not None and sign_in.application not in nas.applications:
        return None
    service = accounting.service_of(sign_in.application, facts)
    request = AdmissionRequest(
        service=service,
        role=role_of(service, sign_in.groups),
        person_id=sign_in.person_id,
        campus_no=sign_in.campus_no,
        station=sign_in.station,
        app_password=sign_in.app_password,
        password_changed_at=sign_in.password_changed_at,
        nas_id=nas.pk if nas else None,
        default_seconds=sign_in.session_seconds,
    )
    return admitted(request, nas)


def admitted(request: AdmissionRequest, nas: Nas | None) -> Attributes | None:
    """None: not now; why stays with the person."""
    try:
        return attributes_of(admission.admit(request), nas)
    except NotAdmittedError:
        return None


def admit_swiftly(sign_in: NetworkSignIn) -> Attributes | None:
    """None where `admit` is to decide."""
    facts = {name: [value] for name, value in sign_in.nas.items()}
    found = readmission.readmit(
        service=accounting.service_of(sign_in.application, facts), nas=accounting.nas_of(facts), sign_in=sign_in
    )
    return attributes(found.admission, found.interim_seconds or DEFAULT_INTERIM) if found else None


def _nas_at() -> QuerySet[Nas]:
    of_several = Q(identifier="") | Q(identifier=Given("identifier", TextField()))
    rows = Nas.objects.filter(of_several, address=Given("address", GenericIPAddressField()), withdrawn_at=None)
    return rows.defer("secret").order_by("-identifier")


NAS_AT: Final = Prepared(_nas_at)


def nas_at(address: str, identifier: str) -> Nas | None:
    return NAS_AT.first(address=address, identifier=identifier) if address else None


def attributes_of(given: Admission, nas: Nas | None) -> Attributes:
    return attributes(given, nas.interim_seconds if nas else DEFAULT_INTERIM)


def attributes(given: Admission, interim_seconds: int) -> Attributes:
    said: dict[str, str | int] = {
        "Class": given.code,
        "Filter-Id": given.role,
        "Session-Timeout": given.session_seconds,
        "Acct-Interim-Interval": interim_seconds,
    }
    if given.idle_seconds:
        said["Idle-Timeout"] = given.idle_seconds
    if given.vlan:
        said |= {"Tunnel-Type": "VLAN", "Tunnel-Medium-Type": "IEEE-802", "Tunnel-Private-Group-Id": given.vlan}
    if given.down_kbps:
        said["WISPr-Bandwidth-Max-Down"] = given.down_kbps * BITS
    if given.up_kbps:
        said["WISPr-Bandwidth-Max-Up"] = given.up_kbps * BITS
    return said


def redeem(application: str, campus_no: str, password: str, facts: Mapping[str, str]) -> Attributes | None:
    """Of a captive portal's controller, which sends the grant as the password. Nothing else begins like one: what is not good is refused here."""
    if not password.startswith(GRANT_PREFIX):
        return None
    device = nas_at(*accounting.nas_of({name: [value] for name, value in facts.items()}))
    given = redeeming.redeem(
        campus_no=campus_no,
        code=password,
        nas_id=device.pk if device and application in device.applications else None,
        station=facts.get("Calling-Station-Id", ""),
    )
    return attributes_of(given, device) if given else {}


network_policies.add(
    NetworkPolicy(
        key="network",
        admit=admit,
        admit_swiftly=admit_swiftly,
        account=accounting.account,
        account_swiftly=interims.account,
        account_soon=interims.account_soon,
        redeem=redeem,
    )
)
