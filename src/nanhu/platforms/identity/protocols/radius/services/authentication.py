"""Authentication requests of programs that check passwords (FreeRADIUS, Dovecot): may this name with this password come in here?"""

from dataclasses import dataclass
from enum import StrEnum

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.identity import queries
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.personal.services import app_passwords
from nanhu.platforms.identity.protocols.radius.models import RadiusClient
from nanhu.platforms.identity.services import access, sign_in


class Answer(StrEnum):
    ACCEPT = "accept"
    REJECT = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticationRequest:
    """`station` is what the device calls itself (its MAC address, or the caller's address of a VPN)."""

    user_name: str
    password: str
    station: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`group` goes into Class and Filter-Id: student, staff, temporary, guest."""

    answer: Answer
    group: str = ""
    campus_no: str = ""
    session_seconds: int = 0


REJECTED = Verdict(answer=Answer.REJECT)


def check(*, client: RadiusClient, request: AuthenticationRequest) -> Verdict:
    """The person's own password, or an app password made for this service. Refusals are all alike."""
    by = Actor(account_id=None, name=f"{client.service}:{client.application.key}", address=request.station)
    account = app_passwords.account_by(
        typed_name=request.user_name, password=request.password, service=client.service, address=request.station
    ) or sign_in.verify_for_service(
        by=by, typed_name=request.user_name, password=request.password, service=client.service
    )
    if account is None or not access.decide(account=account, application=client.application).is_allowed:
        return REJECTED
    audit.record(
        by=by,
        action=f"identity.{client.service}_sign_in",
        target=f"account:{account.pk}",
        facts={"application": client.application.key, "station": request.station},
    )
    return accepted(client, account)


def accepted(client: RadiusClient, account: Account) -> Verdict:
    card = queries.card_of(account)
    live = queries.live_affiliations(card)
    face = live[0] if live else None
    return Verdict(
        answer=Answer.ACCEPT,
        group=face.kind if face else "",
        campus_no=face.campus_no if face else "",
        session_seconds=client.session_seconds,
    )
