"""A grant as a password (准入凭据兑现): a captive portal's controller asks RADIUS with it, so that nobody's password travels there."""

from datetime import timedelta
from typing import Final

from nanhu.kernel.clock import now
from nanhu.services.network.models import Grant, Session
from nanhu.services.network.rules import GRANT_PREFIX
from nanhu.services.network.services.admission import Admission, admission_of

FRESH: Final = timedelta(seconds=60)


def redeem(*, campus_no: str, code: str, nas_id: int | None) -> Admission | None:
    """Of this very person, at the NAS it was given for, within a minute, and only until a session stands on it."""
    if nas_id is None or not code.startswith(GRANT_PREFIX):
        return None
    given = (
        Grant.objects.select_related("policy")
        .filter(code=code, campus_no=campus_no, nas=nas_id, ended_at=None, granted_at__gt=now() - FRESH)
        .first()
    )
    if given is None or Session.objects.filter(grant=given).exists():
        return None
    return admission_of(given, given.policy)
