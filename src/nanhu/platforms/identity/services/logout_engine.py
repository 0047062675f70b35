"""Retries of single logout: every application is called by the worker, and again with back-off while it is away."""

from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus

from nanhu.kernel.clock import now
from nanhu.kernel.outgoing import send
from nanhu.kernel.pauses import doubling
from nanhu.kernel.retries import Again, Done, Never, Retries, drive, in_the_worker
from nanhu.kernel.retries.answers import Outside
from nanhu.platforms.identity.models import SsoGrant
from nanhu.platforms.identity.services.single_logout import CHANNEL, LogoutCall, UnreachableError, logout_calls

GIVES_UP_AFTER = timedelta(hours=24)
NO_ACKNOWLEDGEMENT = "no acknowledgement"


def step(grant: SsoGrant) -> Done | Never | Outside:
    try:
        call = logout_calls[grant.protocol](grant)
    except UnreachableError as error:
        return Never(str(error))
    return ended(SsoGrant.Logout.SILENT) if call is None else partial(attempt, call)


def attempt(call: LogoutCall) -> Done | Again:
    """An answer below 400 is a success: mod_auth_cas, for one, answers 302. Busy gateways count as not there."""
    answer = send(call, wants_body=call.reads_body)
    is_notified = call.is_acknowledged is None or call.is_acknowledged(answer)
    if answer.status >= HTTPStatus.BAD_REQUEST:
        return Again(f"HTTP {answer.status}", is_away=answer.status >= HTTPStatus.BAD_GATEWAY)
    if not is_notified:
        return Again(f"{NO_ACKNOWLEDGEMENT} (HTTP {answer.status})")
    return ended(SsoGrant.Logout.NOTIFIED if call.is_acknowledged is None else SsoGrant.Logout.DONE)


def ended(state: SsoGrant.Logout) -> Done:
    return Done({"logout": state, "logout_at": now()})


def until(grant: SsoGrant) -> datetime | None:
    return grant.logout_requested_at and grant.logout_requested_at + GIVES_UP_AFTER


LOGOUTS = Retries(
    model=SsoGrant,
    step=step,
    pause=doubling("2s", "10min"),
    until=until,
    given_up=lambda: {"logout": SsoGrant.Logout.UNREACHABLE, "logout_at": now()},
    related=("application", "session"),
    prefix="logout_",
    lane="application_id",
    lane_at_once=8,
    at_once=48,
)
in_the_worker("single_logout", LOGOUTS, channel=CHANNEL)
notify_due = partial(drive, LOGOUTS)
