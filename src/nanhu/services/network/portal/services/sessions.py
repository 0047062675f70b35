"""Sessions of gateways that know no RADIUS accounting: their sign-ins are told to the network as a NAS would tell them."""

from typing import Final

from nanhu.services.network import api as network
from nanhu.services.network.portal.models import SignIn

CAUSES: Final = {"user": "User-Request", "over": "Session-Timeout", "lost": "Lost-Carrier", "again": "NAS-Request"}


def started(one: SignIn) -> None:
    tell(one, "start")


def heard(one: SignIn) -> None:
    tell(one, "interim")


def stopped(one: SignIn, cause: str) -> None:
    tell(one, "stop", CAUSES.get(cause, "NAS-Request"))


def tell(one: SignIn, status: str, cause: str = "unknown") -> None:
    nas = one.gateway.nas
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
            cause=cause,
        )
    )
