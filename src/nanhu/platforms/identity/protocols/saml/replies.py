"""Responses that partners' logout requests wait for, carried in an address while the browser tells the others: signed,
good for minutes. Nothing is stored for it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from django.core import signing

from nanhu.platforms.identity.models import SsoSession
from nanhu.platforms.identity.protocols.saml import names
from nanhu.platforms.identity.protocols.saml.addresses import own
from nanhu.platforms.identity.protocols.saml.errors import LogoutAnswerExpiredError
from nanhu.platforms.identity.services import front_channel

SALT = "identity.saml.reply"
GOOD_FOR_SECONDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`sessions` are the public ids of those that this request ended."""

    partner: str
    binding: str
    request_id: str
    relay_state: str = ""
    is_known: bool = True
    sessions: tuple[str, ...] = ()

    def session_of(self, session_id: int | None) -> SsoSession | None:
        """The one that this request ended, if it was the browser's own."""
        return SsoSession.objects.filter(public_id__in=self.sessions, pk=session_id or -1).first()


def wants_a_browser(sessions: Sequence[SsoSession], binding: str) -> bool:
    """Did one of these sessions use applications that hear by its browser alone?"""
    return binding != names.SOAP_BINDING and any(front_channel.not_notified(one) for one in sessions)


def address_of(reply: Reply, *, is_walked: bool = False) -> str:
    token = signing.dumps(asdict(reply), salt=SALT, compress=True)
    return f"{own('saml_slo_answer')}?{urlencode({'reply': token} | ({'walked': '1'} if is_walked else {}))}"


def reply_behind(token: str) -> Reply:
    try:
        facts: dict[str, Any] = signing.loads(token, salt=SALT, max_age=GOOD_FOR_SECONDS)
    except signing.BadSignature as error:
        raise LogoutAnswerExpiredError from error
    return Reply(**{**facts, "sessions": tuple(facts["sessions"])})
