"""A session opened directly, for tests whose subject is not the sign-in: what `/sign-in` opens, without its page."""

from importlib import import_module

from django.conf import settings
from django.http import HttpRequest
from django.test import Client

from nanhu.platforms.identity import api as identity
from nanhu.platforms.identity.services import sessions

ADDRESS = "127.0.0.1"


def signed_in(campus_no: str, *, client: Client | None = None) -> Client:
    """A browser in which the active account with this number has proved its password. It must exist."""
    browser = Client() if client is None else client
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": ADDRESS}
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    sessions.open_session(request, account=identity.account_with(campus_no), campus_no=campus_no, how="pwd")
    request.session.save()
    browser.cookies[settings.SESSION_COOKIE_NAME] = str(request.session.session_key)
    return browser
