"""What only the sample campus needs: controllers with a secret that nobody asks for, policies of the past, sums of days at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.revisions import revision_of
from nanhu.services.network.errors import NotAdmittedError
from nanhu.services.network.jobs import sum_between, watch, whole_hour
from nanhu.services.network.models import Grant, Nas, Policy, Service, Session
from nanhu.services.network.portal.models import PortalGateway
from nanhu.services.network.portal.services import gateways
from nanhu.services.network.reach import sample as reach
from nanhu.services.network.services import policies, registering
from nanhu.services.network.services.devices import rename

__all__ = [
    "NotAdmittedError",
    "OpenSession",
    "enter_policy",
    "let_in_at",
    "open_sessions",
    "reach",
    "register",
    "rename",
    "sum_hours",
    "watch",
]
AN_HOUR_APART: Final = 3600
"""The sample's controllers report every ten minutes while the demo runs; what they told last lives a while when it does not."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """Of a NAS of the sample, by its address; being ended, too."""

    nas: str
    sid: str
    station: str
    in_octets: int
    out_octets: int


def open_sessions(addresses: Collection[str]) -> list[OpenSession]:
    rows = Session.objects.filter(nas__address__in=addresses, nas__withdrawn_at=None, stopped_at=None)
    return [OpenSession(*one) for one in rows.values_list("nas__address", "sid", "station", "in_octets", "out_octets")]


def register(*, by: Actor, **facts: Any) -> Nas:
    applications = [Service.VPN.value if facts["kind"] == Nas.Kind.OCSERV else Service.WIFI.value]
    usual = {"interim_seconds": AN_HOUR_APART, "applications": applications}
    return registering.register(by=by, facts=usual | facts)[0]


def enter_policy(*, by: Actor, starts_on: date, **facts: Any) -> Policy:
    return policies.enter(by=by, reason="信息中心〔2026〕3 号", facts={"starts_on": starts_on, **facts})


def let_in_at(code: str, moment: datetime) -> None:
    """A grant of the past: no session begins before the one by which it was let in."""
    Grant.objects.filter(code=code).update(granted_at=moment, ends_at=moment + timedelta(hours=12))


def sum_hours(count: int) -> None:
    over = whole_hour(now()) + timedelta(hours=1)
    sum_between(over - timedelta(hours=count), over)


def set_portal_gateway(*, by: Actor, nas: Nas, kind: str, name: str, **facts: Any) -> None:
    """Entered, or where it stands already given these facts."""
    found = PortalGateway.living().filter(nas=nas).first()
    if found is None:
        gateways.enter(by=by, nas=nas, kind=kind, name=name, **facts)
    else:
        gateways.change(by=by, gateway=found, revision=revision_of(found, gateways.CHANGED), **facts)
