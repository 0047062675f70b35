"""Portal 2.0 in the network's outbox (断网): a disconnect goes to the portal's own port, under the portal's own secret."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from nanhu.services.network.api import NasTarget, Outcome, SessionTarget
from nanhu.services.network.portal.adapters.styles import Portal20
from nanhu.services.network.portal.models import PortalGateway
from nanhu.services.network.portal.services.signing_in import target


@dataclass(frozen=True, slots=True)
class Portal20OfNas(Portal20):
    """The outbox knows the NAS alone. Also a gateway that was retired ends whom it let in."""

    def expel(self, nas: NasTarget, session: SessionTarget) -> Outcome:
        found = PortalGateway.objects.select_related("nas").filter(
            kind=PortalGateway.Kind.PORTAL20, nas__address=nas.address, nas__identifier=nas.identifier
        )
        gateway = found.order_by("-pk").first()
        return Portal20.expel(self, target(gateway) if gateway else nas, session)


OF_NAS: Final = Portal20OfNas(key="portal20", title=_("Portal 2.0 下线"))
