"""The API of identity. `request.viewer` is set by its middleware; roles are asked by `has_role` or `role_required`."""

from collections.abc import Iterable

from django.db import transaction
from django.http import HttpRequest

from nanhu.kernel.actors import Actor
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.platforms.identity.channels import notify as notify_account
from nanhu.platforms.identity.current import session_of, session_or_none
from nanhu.platforms.identity.devices import caller_in
from nanhu.platforms.identity.errors import DemoOnlyError, UnknownAccountError, UnknownRoleError
from nanhu.platforms.identity.events import (
    AccountActivated,
    AccountClosed,
    AccountParted,
    AppPasswordRevoked,
    PasswordChanged,
    PasswordRevoked,
    RolesLeft,
)
from nanhu.platforms.identity.factors.admission import admit
from nanhu.platforms.identity.factors.services import new_devices, totp
from nanhu.platforms.identity.factors.services.removal import remove_all as remove_second_factors
from nanhu.platforms.identity.front import Front
from nanhu.platforms.identity.guests import lines as guests
from nanhu.platforms.identity.hashing import password_check_milliseconds
from nanhu.platforms.identity.lifecycle.accounts import open_accounts
from nanhu.platforms.identity.models import Account, SsoSession
from nanhu.platforms.identity.policies import fresh_sign_in as fresh_sign_in_required
from nanhu.platforms.identity.policies import has_role, role_required, second_factor_required
from nanhu.platforms.identity.protocols.radius.front import AccountingFront, is_radius_client
from nanhu.platforms.identity.protocols.radius.network import (
    Attributes,
    NetworkPolicy,
    NetworkSignIn,
    NetworkVisitor,
    VisitorPolicy,
    network_policies,
    visitor_policies,
)
from nanhu.platforms.identity.protocols.radius.profiles import network as wifi_network
from nanhu.platforms.identity.protocols.radius.services.clients import network_applications
from nanhu.platforms.identity.protocols.radius.services.page import (
    NetworkClosedError,
    NetworkUser,
    network_user,
    network_user_by_password,
    refused_lately,
    still_opens,
)
from nanhu.platforms.identity.protocols.radius.sign_in_front import SignInFront
from nanhu.platforms.identity.protocols.saml.addresses import entity_id as saml_entity_id
from nanhu.platforms.identity.queries import faces_of, reader_of
from nanhu.platforms.identity.registry.queries import planned_rests
from nanhu.platforms.identity.registry.services.rules import admit_guests
from nanhu.platforms.identity.rules_urls import is_own_path
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.services.faces import choose_face
from nanhu.platforms.identity.services.roles import grant as grant_role
from nanhu.platforms.identity.services.roles import holders_of, holding
from nanhu.platforms.identity.services.roles import revoke as revoke_role
from nanhu.platforms.identity.services.sessions import close_session, end_others
from nanhu.platforms.identity.services.sessions import stay as stay_signed_in
from nanhu.platforms.identity.services.sign_in import account_with

__all__ = [
    "Account",
    "AccountActivated",
    "AccountClosed",
    "AccountParted",
    "AccountingFront",
    "AppPasswordRevoked",
    "Attributes",
    "DemoOnlyError",
    "Front",
    "NetworkClosedError",
    "NetworkPolicy",
    "NetworkSignIn",
    "NetworkUser",
    "NetworkVisitor",
    "PasswordChanged",
    "PasswordRevoked",
    "RolesLeft",
    "SignInFront",
    "UnknownAccountError",
    "UnknownRoleError",
    "VisitorPolicy",
    "account_of",
    "account_with",
    "accounts_of",
    "admit",
    "admit_guests",
    "caller_in",
    "choose_face",
    "demand_new_password",
    "end_other_sessions",
    "faces_of",
    "fresh_sign_in_required",
    "grant_role",
    "guests",
    "has_role",
    "has_totp",
    "holders_of",
    "holding",
    "is_own_path",
    "is_radius_client",
    "make_room",
    "network_applications",
    "network_policies",
    "network_user",
    "network_user_by_password",
    "notify_account",
    "open_accounts",
    "password_check_milliseconds",
    "planned_rests",
    "reader_of",
    "refused_lately",
    "register_application",
    "remove_second_factors",
    "revoke_role",
    "role_required",
    "saml_entity_id",
    "second_factor_required",
    "session_of",
    "session_or_none",
    "stay_signed_in",
    "still_opens",
    "visitor_policies",
    "wifi_network",
]


def accounts_of(person_ids: Iterable[int]) -> list[Account]:
    """Of those who have one, in one query."""
    return list(Account.objects.filter(person_id__in=list(person_ids)))


def end_other_sessions(*, by: Actor, person_id: int, but: int | None, method: str = "") -> None:
    """Of whoever may be signed in under this person's name; `but`: the session of him who says so; `method` (a name of RFC 8176, "swk"):
    those alone that this opened and nothing was proved in since."""
    account = account_of(person_id)
    if account is not None:
        end_others(by=by, account=account, but=but, how=SsoSession.End.ENDED_ELSEWHERE, method=method)


def make_room(request: HttpRequest) -> None:
    """Somebody else sits at this browser now: the session that it came with ends, and nobody is signed in."""
    close_session(request, how=SsoSession.End.REPLACED)
    request.viewer = request.sso_session = None  # type: ignore[attr-defined]


@transaction.atomic
def demand_new_password(*, by: Actor, person_id: int, keep_session: int | None) -> None:
    """Somebody else knows it: it opens nothing any more, every other session, remembered browser, token and app password ends, and nothing
    opens before a new one is set. For who has just proved once more who he is (`fresh_sign_in_required`); the page then calls
    `stay_signed_in`, or its session ends with the password."""
    account = Account.objects.select_for_update().filter(person_id=person_id).first()
    if account is not None and account.state == Account.State.ACTIVE:
        new_devices.disown(by=by, account=account, keep_session=keep_session)


def has_totp(person_id: int) -> bool:
    """Whether the second factor can be typed where there is no page (VPN)."""
    account = account_of(person_id)
    return account is not None and totp.live(account) is not None


OF_PERSON = Prepared(lambda: Account.objects.filter(person=Given("person")))


def account_of(person_id: int) -> Account | None:
    return OF_PERSON.first(person=person_id)
