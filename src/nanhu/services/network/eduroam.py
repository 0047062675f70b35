"""Visitors of other schools (eduroam 访客): their home has let them in, and here they get what the policy of guests says for eduroam.

Who a visitor is knows his home alone. Sessions carry the name it gives him towards us (Chargeable-User-Identity) with its realm: enough for it to
find him when an authority asks, and the same at each visit, so that his devices count. A home that gives none is told apart by devices: no visitor
of it takes the places of another, and none of them is bound in number.
"""

from typing import Final

from nanhu.platforms.identity.api import Attributes, NetworkVisitor, VisitorPolicy, visitor_policies
from nanhu.services.network import rules
from nanhu.services.network.models import NetworkRole, Service
from nanhu.services.network.radius import admitted, nas_at
from nanhu.services.network.services import accounting
from nanhu.services.network.services.admission import AdmissionRequest

LONGEST_NAME: Final = 80
LONGEST_REALM: Final = 100


def visitor_of(identity: str, alias: str, station: str) -> str:
    """ "eduroam:…@realm": by the alias, else by the outer identity and the device, for that identity is often the same for all of a home."""
    outer, _at, realm = identity.lower().rpartition("@")
    name = rules.printable(accounting.text_of_class(alias) or alias if alias else outer, LONGEST_NAME)
    device = "" if alias else f"/{rules.printable(rules.station_of(station), rules.LONGEST_STATION)}"
    return f"eduroam:{name}{device}@{realm[:LONGEST_REALM]}"


def admit(visitor: NetworkVisitor) -> Attributes | None:
    nas = nas_at(*accounting.nas_of({name: [value] for name, value in visitor.nas.items()}))
    if nas is not None and visitor.application not in nas.applications:
        return None
    request = AdmissionRequest(
        service=Service.EDUROAM,
        role=NetworkRole.GUEST,
        guest=visitor_of(visitor.identity, visitor.alias, visitor.station),
        station=visitor.station,
        nas_id=nas.pk if nas else None,
        default_seconds=visitor.session_seconds,
    )
    return admitted(request, nas)


visitor_policies.add(VisitorPolicy(key="network", admit=admit))
