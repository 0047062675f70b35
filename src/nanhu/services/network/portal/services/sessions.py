"""Sessions of gateways that know no RADIUS accounting: their sign-ins are told to the network as a NAS would tell them."""

from typing import Final

from nanhu.kernel.clock import now
from nanhu.services.network import api as network
from nanhu.services.network.portal.adapters.opennds import Client
from nanhu.services.network.portal.models import SignIn

CAUSES: Final = {"user": "User-Request", "over": "Session-Timeout", "lost": "Lost-Carrier", "again": "NAS-Request"}
NOBODY: Final = Client()


def tell(one: SignIn, status: str, *, cause: str = "", client: Client = NOBODY) -> None:
    """`status`: start, interim, stop."""
    nas = one.gateway.nas
    SignIn.objects.filter(pk=one.pk).update(heard_at=now())
    network.account(
        network.Record(
            nas=nas.address,
            identifier=nas.identifier,
            status=status,
            sid=str(one.public_id),
            classes=[one.grant],
            user_name=one.campus_no,
            station=one.mac,
            address=one.address,
            in_octets=client.sent,
            out_octets=client.received,
            cause=CAUSES.get(cause, "NAS-Request"),
        )
    )
