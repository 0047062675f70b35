"""What an account prefers, kept in its row, copied into the session (no query per page) and into cookies (for the sign-in page)."""

from dataclasses import asdict, dataclass, replace

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from nanhu.kernel.viewers import viewer_of, viewer_or_none
from nanhu.platforms.messages import api as messages
from nanhu.platforms.portal.errors import UnknownPreferenceError
from nanhu.platforms.portal.models import Preference

SESSION_KEY = "portal.preferences"
COOKIES = {"theme": "nanhu_theme", "type_size": "nanhu_type"}
A_YEAR = 31_536_000


@dataclass(frozen=True, slots=True)
class Preferences:
    theme: str = "system"
    type_size: str = "normal"
    language: str = ""
    face: str = ""


CHOICES = {
    "theme": frozenset(Preference.Theme.values),
    "type_size": frozenset(Preference.TypeSize.values),
    "language": frozenset(code for code, _name in settings.LANGUAGES),
    "face": frozenset({"student", "staff"}),
}


def preferences_of(request: HttpRequest) -> Preferences:
    """The account's, read once per session; a visitor's from the cookies of this browser."""
    viewer = viewer_or_none(request)
    if viewer is None:
        return _of_cookies(request)
    kept = request.session.get(SESSION_KEY)
    if isinstance(kept, dict):
        return Preferences(**{name: str(kept.get(name, "")) for name in CHOICES})
    found = _of_account(viewer.account_id)
    request.session[SESSION_KEY] = asdict(found)
    return found


def choose(request: HttpRequest, *, name: str, value: str) -> Preferences:
    """Remember one choice of the signed-in account. Raises UnknownPreferenceError for what cannot be chosen."""
    if value not in CHOICES.get(name, frozenset()):
        raise UnknownPreferenceError
    viewer = viewer_of(request)
    Preference.objects.update_or_create(account_id=viewer.account_id, defaults={name: value})
    if name == "language" and viewer.person_id is not None:
        messages.choose_language(person_id=viewer.person_id, language=value)
    chosen = replace(preferences_of(request), **{name: value})
    request.session[SESSION_KEY] = asdict(chosen)
    return chosen


def leave_cookies(response: HttpResponseBase, chosen: Preferences) -> None:
    """So that this browser's sign-in page already looks as its owner likes it."""
    for name, cookie in COOKIES.items():
        response.set_cookie(cookie, getattr(chosen, name), max_age=A_YEAR, samesite="Lax", httponly=True)


def _of_account(account_id: int) -> Preferences:
    row = Preference.objects.filter(pk=account_id).values("theme", "type_size", "language", "face").first()
    return Preferences(**row) if row else Preferences()


def _of_cookies(request: HttpRequest) -> Preferences:
    given = {name: request.COOKIES.get(cookie, "") for name, cookie in COOKIES.items()}
    return Preferences(**{name: value for name, value in given.items() if value in CHOICES[name]})
