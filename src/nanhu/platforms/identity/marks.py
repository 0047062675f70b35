"""The mark of a session's cookie (会话标记): what the front finds a session by, never weaker than Django's own way.

Set after each request that changed Django's session, so that whoever gives the browser a new id need not think of it.
A session without a mark is always looked at by Django: one that wants to be asked before each application, for instance.
"""

from hashlib import sha256

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth import SESSION_KEY as ACCOUNT_ID
from django.db.models import Q
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from nanhu.platforms.identity.models import Account, SsoSession
from nanhu.platforms.identity.services.sessions import SESSION_ID

SALT = "identity.cookie_mark"
NOBODY = -1
WARN = "identity.cas_warn"


def cookie_mark(session_key: str) -> bytes:
    """Under the key that signs Django's sessions: with a new one nobody stays signed in, here as there."""
    return salted_hmac(SALT, session_key, algorithm="sha256").digest()


def password_mark(account: Account) -> bytes:
    """Django signs a browser out whose session began with another password; so does the front."""
    return sha256(account.password.encode()).digest()


def keep_marks(request: HttpRequest) -> None:
    """Bring the marks of this browser's session in line with what its Django session has come to."""
    session_id = request.session.get(SESSION_ID)
    if session_id is None or not request.session.modified:
        return
    account = Account.objects.filter(pk=request.session.get(ACCOUNT_ID, NOBODY)).first()
    cookie, password = marks_of(request, account)
    row = SsoSession.objects.filter(pk=session_id, account=account, ended_at=None)
    row.exclude(Q(cookie_mark=cookie) & Q(password_mark=password) if cookie else Q(cookie_mark=None)).update(
        cookie_mark=cookie, password_mark=password
    )


def marks_of(request: HttpRequest, account: Account | None) -> tuple[bytes | None, bytes | None]:
    django_session = request.session
    if account is None or not django_session.session_key or django_session.get(WARN):
        return None, None
    if not constant_time_compare(django_session.get(HASH_SESSION_KEY, ""), account.get_session_auth_hash()):
        return None, None
    return cookie_mark(django_session.session_key), password_mark(account)
