"""Authentication requests of programs that check passwords (FreeRADIUS, Dovecot): may this name with this password come in here?"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.platforms.identity import queries
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.personal.services import app_passwords
from nanhu.platforms.identity.protocols.radius.models import RadiusClient
from nanhu.platforms.identity.protocols.radius.network import (
    Attributes,
    NetworkSignIn,
    attributes_for,
    redeemed,
)
from nanhu.platforms.identity.protocols.radius.services import second_factor
from nanhu.platforms.identity.services import access, sign_in


class Answer(StrEnum):
    ACCEPT = "accept"
    REJECT = "reject"
    CHALLENGE = "challenge"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticationRequest:
    """`station` is what the device calls itself (its MAC address, or the caller's address of a VPN); `nas`: attributes that say where it is.
    `state`: of the challenge that the password answers; `takes_challenges`: its server says that it hands them on."""

    user_name: str
    password: str
    station: str
    state: str = ""
    takes_challenges: bool = False
    nas: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`groups`: student, staff, temporary, guest, of each live tie, the newest first. `attributes`: of the reply, besides the name."""

    answer: Answer
    groups: tuple[str, ...] = ()
    campus_no: str = ""
    session_seconds: int = 0
    attributes: Attributes = field(default_factory=dict)

    @property
    def group(self) -> str:
        """Of the newest."""
        return self.groups[0] if self.groups else ""


REJECTED = Verdict(answer=Answer.REJECT)
ASKED_FOR = _("请输入动态口令（六位数字）")


def check(*, client: RadiusClient, request: AuthenticationRequest) -> Verdict:
    """The person's own password (and code), or an app password made for this service. Refusals are all alike."""
    proof = shown_proof(client, request)
    if proof is not None:
        return proof
    by = Actor(account_id=None, name=f"{client.service}:{client.application.key}", address=request.station)
    account, app_password = account_of(by, client, request)
    if account is None:
        return challenged(by, client, request)
    if not access.decide(account=account, application=client.application).is_allowed:
        return REJECTED
    verdict = admitted(client, account, request, app_password)
    if verdict.answer == Answer.REJECT:
        return verdict
    audit.record(
        by=by,
        action=f"identity.{client.service}_sign_in",
        target=f"account:{account.pk}",
        facts={"application": client.application.key, "station": request.station},
    )
    return verdict


def challenged(by: Actor, client: RadiusClient, request: AuthenticationRequest) -> Verdict:
    """Where the password alone is right and the code is asked for in a second step."""
    if not client.application.demands_second_factor or not request.takes_challenges or request.state:
        return REJECTED
    account = second_factor.account_to_ask(
        by=by, typed_name=request.user_name, password=request.password, service=client.service
    )
    if account is None or not access.decide(account=account, application=client.application).is_allowed:
        return REJECTED
    state = second_factor.sealed(by=by, account=account)
    return Verdict(answer=Answer.CHALLENGE, attributes={"State": state, "Reply-Message": str(ASKED_FOR)})


def shown_proof(client: RadiusClient, request: AuthenticationRequest) -> Verdict | None:
    """Who was admitted at a page of the network a moment ago. That was audited there, and is no second factor."""
    if client.service != RadiusClient.Service.NETWORK or client.application.demands_second_factor:
        return None
    facts = {**request.nas, "Calling-Station-Id": request.station}
    attributes = redeemed(client.application.key, request.user_name, request.password, facts)
    if attributes is None:
        return None
    return Verdict(answer=Answer.ACCEPT, campus_no=request.user_name, attributes=attributes) if attributes else REJECTED


def admitted(
    client: RadiusClient, account: Account, request: AuthenticationRequest, app_password: UUID | None
) -> Verdict:
    """A mail server wants no policy of the network."""
    verdict = accepted(client, account)
    if client.service != RadiusClient.Service.NETWORK:
        return replace(verdict, attributes={"Class": verdict.group, "Filter-Id": verdict.group})
    attributes = attributes_for(
        NetworkSignIn(
            application=client.application.key,
            person_id=account.person_id,
            groups=verdict.groups,
            campus_no=verdict.campus_no,
            session_seconds=verdict.session_seconds,
            station=request.station,
            app_password=app_password,
            password_changed_at=account.password_changed_at,
            nas=request.nas,
        )
    )
    return REJECTED if attributes is None else replace(verdict, attributes=attributes)


def account_of(by: Actor, client: RadiusClient, request: AuthenticationRequest) -> tuple[Account | None, UUID | None]:
    """Whose name and password these are, with the code behind the password where the application demands a second factor; and which app
    password it was."""
    asked: dict[str, Any] = {"typed_name": request.user_name, "password": request.password, "service": client.service}
    if client.application.demands_second_factor:
        return account_by_two(by, request, asked), None
    row = app_passwords.row_by(**asked, address=request.station)
    return (row.account, row.public_id) if row else (sign_in.verify_for_service(by=by, **asked), None)


def account_by_two(by: Actor, request: AuthenticationRequest, asked: dict[str, Any]) -> Account | None:
    """What ends in no code is looked at as a password alone, by `challenged`."""
    if request.state:
        return second_factor.account_answering(
            by=by, typed_name=request.user_name, state=request.state, code=request.password
        )
    if request.takes_challenges and not second_factor.may_hold_code(request.password):
        return None
    return second_factor.account_with_code(by=by, **asked, is_last=not request.takes_challenges)


def accepted(client: RadiusClient, account: Account) -> Verdict:
    card = queries.card_of(account)
    live = queries.live_affiliations(card)
    face = live[0] if live else None
    return Verdict(
        answer=Answer.ACCEPT,
        groups=queries.kinds_of(live),
        campus_no=face.campus_no if face else "",
        session_seconds=client.session_seconds,
    )
