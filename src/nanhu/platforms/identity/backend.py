"""Django's authentication backend. Checking a password is the business of services.sign_in alone."""

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.platforms.identity.models import Account

ACCOUNT = Prepared(lambda: Account.objects.filter(pk=Given("account")))


class AccountBackend(BaseBackend):
    def get_user(self, user_id: int) -> Account | None:
        account = ACCOUNT.first(account=user_id)
        return account if account is not None and account.may_sign_in else None

    def authenticate(self, request: HttpRequest | None, **_credentials: object) -> None:
        """Always nobody: django.contrib.auth.authenticate would go round throttling and audit."""
