"""Django's authentication backend. Checking a password is the business of services.sign_in alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.platforms.identity.models import Account

ACCOUNT = Prepared(lambda: Account.objects.filter(pk=Given("account")))
_at_hand: ContextVar[Account | None] = ContextVar("account_at_hand", default=None)


@contextmanager
def at_hand(account: Account | None) -> Iterator[None]:
    """An account that this request has read a moment ago is not read again; whether it may sign in and is the session's own is judged as ever."""
    token = _at_hand.set(account)
    try:
        yield
    finally:
        _at_hand.reset(token)


class AccountBackend(BaseBackend):
    def get_user(self, user_id: int) -> Account | None:
        known = _at_hand.get()
        account = known if known is not None and known.pk == user_id else ACCOUNT.first(account=user_id)
        return account if account is not None and account.may_sign_in else None

    def authenticate(self, request: HttpRequest | None, **_credentials: object) -> None:
        """Always nobody: django.contrib.auth.authenticate would go round throttling and audit."""
