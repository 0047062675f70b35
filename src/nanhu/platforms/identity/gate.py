"""The gate (关口) every protocol passes: one place that says who is signed in, how freshly, and whether they may go on.

A protocol's endpoint asks `passage(...)`. It gets a session to go on with, or a page to show (sign in, sign in again,
give a second factor, refused, in maintenance), or, where no page may be shown, the name of what is missing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from nanhu.kernel.clock import now
from nanhu.platforms.identity import queries, refusal
from nanhu.platforms.identity.current import session_or_none
from nanhu.platforms.identity.models import Account, Application, SsoSession
from nanhu.platforms.identity.services import access
from nanhu.platforms.identity.services.sessions import RENEWALS

RENEWALS_AT_MOST = 20
PROOF_LASTS = timedelta(minutes=10)


class Missing(StrEnum):
    SIGN_IN = "sign_in"
    FRESH_SIGN_IN = "fresh_sign_in"
    SECOND_FACTOR = "second_factor"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Exactly one of `session` and `missing` is set; `response` is the page for what is missing."""

    session: SsoSession | None = None
    missing: Missing | None = None
    response: HttpResponse | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What the application asked for with this request.

    `must_renew`: the password (or a passkey) once more, for this very request. `max_age`: a sign-in not older than this.
    `is_passive`: no page may be shown. `back` is where the browser returns to (an own path); default: this request.
    """

    must_renew: bool = False
    max_age: timedelta | None = None
    second_factor: bool = False
    is_passive: bool = False
    back: str = ""


def passage(request: HttpRequest, *, application: Application, demand: Demand) -> Passage:
    """Ask in this order: signed in, freshly enough, may use it, second factor."""
    session = session_or_none(request)
    back = demand.back or request.get_full_path()
    if session is None:
        if demand.must_renew:
            note_asking(request, back)
        return missing(Missing.SIGN_IN, demand, to_page("identity:sign_in", back))
    if not is_fresh(request, session, demand, back):
        return missing(Missing.FRESH_SIGN_IN, demand, to_page("identity:sign_in_again", back))
    account = Account.objects.get(pk=session.account_id)
    decision = access.decide(account=account, application=application)
    if not decision.is_allowed:
        return missing(Missing.RIGHT, demand, refused(request, application=application, decision=decision))
    if owes_second_factor(session, demanded=demand.second_factor or application.demands_second_factor):
        return missing(Missing.SECOND_FACTOR, demand, to_page("identity:second_factor", back))
    if demand.must_renew:
        wipe_note(request, back)
    return Passage(session=session)


def owes_second_factor(session: SsoSession, *, demanded: bool) -> bool:
    """Administrators owe it everywhere, also to an application that does not ask."""
    return session.second_factor_at is None and (demanded or bool(queries.withheld_roles(session)))


def mark_of(back: str) -> str:
    return sha256(back.encode()).hexdigest()[:32]


def missing(what: Missing, demand: Demand, response: HttpResponse) -> Passage:
    return Passage(missing=what, response=None if demand.is_passive else response)


def to_page(name: str, back: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse(name)}?{urlencode({'next': back})}")


def refused(request: HttpRequest, *, application: Application, decision: access.Decision) -> HttpResponse:
    return refusal.page(request, application=application, decision=decision)


def is_fresh(request: HttpRequest, session: SsoSession, demand: Demand, back: str) -> bool:
    moment = now()
    if demand.max_age is not None and moment - session.authenticated_at > demand.max_age:
        return False
    return not demand.must_renew or was_renewed(request, session, back, moment)


def was_renewed(request: HttpRequest, session: SsoSession, back: str, moment: datetime) -> bool:
    """Once per request: the first visit notes the time, a visit after a newer sign-in passes.

    The note stays until all else is there as well: whoever is sent for a second factor comes back with his proof.
    """
    since: float | None = request.session.get(RENEWALS, {}).get(mark_of(back))
    is_recent = moment - session.authenticated_at <= PROOF_LASTS
    passes = since is not None and is_recent and session.authenticated_at.timestamp() >= since
    if not passes:
        note_asking(request, back, moment)
    return passes


def wipe_note(request: HttpRequest, back: str) -> None:
    renewals: dict[str, float] = request.session.get(RENEWALS, {})
    if renewals.pop(mark_of(back), None) is not None:
        request.session[RENEWALS] = renewals


def note_asking(request: HttpRequest, back: str, moment: datetime | None = None) -> None:
    """Remember when this request began to wait for a fresh proof; a sign-in keeps the notes of its browser."""
    renewals: dict[str, float] = request.session.get(RENEWALS, {})
    kept = dict(list(renewals.items())[-RENEWALS_AT_MOST:])
    request.session[RENEWALS] = kept | {mark_of(back): (moment or now()).timestamp()}
