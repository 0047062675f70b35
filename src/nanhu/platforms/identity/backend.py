"""Django's door to accounts. Checking a password is the business of services.sign_in alone."""

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from nanhu.platforms.identity.models import Account


class AccountBackend(BaseBackend):
    def get_user(self, user_id: int) -> Account | None:
        account = Account.objects.filter(pk=user_id).first()
        return account if account is not None and account.may_sign_in else None

    def authenticate(self, request: HttpRequest | None, **_credentials: object) -> None:
        """Always nobody: django.contrib.auth.authenticate would go round throttling and audit."""
