"""The API of identity. `request.viewer` is set by its middleware; roles are asked by `has_role` or `role_required`."""

from collections.abc import Iterable

from nanhu.platforms.identity.admission import admit
from nanhu.platforms.identity.errors import DemoOnlyError, UnknownAccountError, UnknownRoleError
from nanhu.platforms.identity.events import AccountActivated, AccountClosed, PasswordChanged
from nanhu.platforms.identity.factors.services.removal import remove_all as remove_second_factors
from nanhu.platforms.identity.factors.services.sample import give_totp_for_sample, sample_code
from nanhu.platforms.identity.front import Front
from nanhu.platforms.identity.hashing import password_check_milliseconds
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.personal.services.app_passwords import account_by as account_by_app_password
from nanhu.platforms.identity.policies import fresh_sign_in as fresh_sign_in_required
from nanhu.platforms.identity.policies import has_role, open_during_setup, role_required, second_factor_required
from nanhu.platforms.identity.queries import reader_of
from nanhu.platforms.identity.recovery.channels import notify as notify_account
from nanhu.platforms.identity.rules_urls import is_own_path
from nanhu.platforms.identity.services.accounts import open_accounts
from nanhu.platforms.identity.services.applications import register_application
from nanhu.platforms.identity.services.counter import account_with, set_password_for_sample
from nanhu.platforms.identity.services.faces import choose_face
from nanhu.platforms.identity.services.roles import grant as grant_role
from nanhu.platforms.identity.services.roles import holders_of
from nanhu.platforms.identity.services.roles import revoke as revoke_role

__all__ = [
    "Account",
    "AccountActivated",
    "AccountClosed",
    "DemoOnlyError",
    "Front",
    "PasswordChanged",
    "UnknownAccountError",
    "UnknownRoleError",
    "account_by_app_password",
    "account_of",
    "account_with",
    "accounts_of",
    "admit",
    "choose_face",
    "fresh_sign_in_required",
    "give_totp_for_sample",
    "grant_role",
    "has_role",
    "holders_of",
    "is_own_path",
    "notify_account",
    "open_accounts",
    "open_during_setup",
    "password_check_milliseconds",
    "reader_of",
    "register_application",
    "remove_second_factors",
    "revoke_role",
    "role_required",
    "sample_code",
    "second_factor_required",
    "set_password_for_sample",
]


def accounts_of(person_ids: Iterable[int]) -> list[Account]:
    """Of those who have one, in one query."""
    return list(Account.objects.filter(person_id__in=list(person_ids)))


def account_of(person_id: int) -> Account | None:
    return Account.objects.filter(person_id=person_id).first()
