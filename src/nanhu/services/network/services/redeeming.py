"""A grant as a password (准入凭据兑现): a captive portal's controller asks RADIUS with it, so that nobody's password travels there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from nanhu.kernel.clock import now
from nanhu.services.network.models import Grant, Service, Session
from nanhu.services.network.rules import GRANT_PREFIX, station_of
from nanhu.services.network.services.admission import Admission, admission_of

FRESH: Final = timedelta(seconds=60)
waiting: Final[list[Callable[[str], bool]]] = []
"""Whether a page waits for a gateway with this grant. What went out in an Access-Accept waits at no page, and is no password."""


def redeem(*, campus_no: str, code: str, nas_id: int | None, station: str) -> Admission | None:
    """Of this very person and device, at the NAS it was given for, within a minute, while the page waits, and until a session stands on it."""
    if nas_id is None or not code.startswith(GRANT_PREFIX):
        return None
    given = (
        Grant.objects.select_related("policy")
        .filter(code=code, campus_no=campus_no, nas=nas_id, service=Service.WIFI, station=station_of(station))
        .filter(ended_at=None, granted_at__gt=now() - FRESH)
        .first()
    )
    if given is None or not any(one(code) for one in waiting) or Session.objects.filter(grant=given).exists():
        return None
    return admission_of(given, given.policy)
