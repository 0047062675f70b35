"""The engine of single logout: a loop in the worker that tells all applications at once, and tells again who is away.

Calls run side by side on threads; the database is touched by the loop alone. An application that did not answer last
time gets one call at a time, so that neither a dead one nor many people leaving it hold anybody else up.
"""

import logging
import threading
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.db import connection, connections
from django.db.models import QuerySet

from nanhu.kernel.clock import now
from nanhu.kernel.jobs.companions import BUSY_LOOK_SECONDS, companions, keep_turning
from nanhu.kernel.outgoing import Answer, send
from nanhu.platforms.identity.models import SsoGrant
from nanhu.platforms.identity.services.single_logout import CHANNEL, CannotBeToldError, LogoutCall, tellers

CALLS_AT_ONCE = 48
CALLS_TO_ONE = 8
LEASE = timedelta(seconds=30)
FIRST_PAUSE_SECONDS = 2
LONGEST_PAUSE_SECONDS = 600
GIVES_UP_AFTER = timedelta(hours=24)
DUE = (Path(__file__).parent.parent / "sql" / "queries" / "due_logouts.sql").read_text(encoding="utf-8")
NO_ACKNOWLEDGEMENT = "no acknowledgement"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Flight:
    grant: SsoGrant
    call: LogoutCall


@dataclass(frozen=True, slots=True)
class Outcome:
    """`trouble` is empty when the application was told; `state` says whether it acknowledged that."""

    trouble: str = ""
    state: SsoGrant.Logout = SsoGrant.Logout.NOTIFIED
    is_away: bool = False


def pause_after(attempts: int) -> timedelta:
    """2 s, 4 s, 8 s … ten minutes."""
    return timedelta(seconds=min(FIRST_PAUSE_SECONDS * 2 ** min(attempts - 1, 16), LONGEST_PAUSE_SECONDS))


class Engine:
    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self.pool = pool
        self.flights: dict[Future[Answer], Flight] = {}
        self.away: set[int] = set()

    def turn(self) -> bool:
        """Write down who answered, call who is due; whether anything is under way."""
        for future in [one for one in self.flights if one.done()]:
            flight = self.flights.pop(future)
            self.conclude(flight.grant, outcome_of(future, flight.call))
        if len(self.flights) < CALLS_AT_ONCE:
            for grant in self.take_due():
                self.call(grant)
        return bool(self.flights)

    def rooms(self) -> dict[int, int]:
        """How many more calls an application may get, where it is not the usual number."""
        under_way = Counter(flight.grant.application_id for flight in self.flights.values())
        known = self.away | set(under_way)
        return {one: max((1 if one in self.away else CALLS_TO_ONE) - under_way[one], 0) for one in known}

    def take_due(self) -> list[SsoGrant]:
        rooms, moment = self.rooms(), now()
        parameters: dict[str, Any] = {
            "applications": list(rooms),
            "rooms": list(rooms.values()),
            "usual_room": CALLS_TO_ONE,
            "free": CALLS_AT_ONCE - len(self.flights),
            "now": moment,
            "lease": moment + LEASE,
        }
        with connection.cursor() as cursor:
            cursor.execute(DUE, parameters)
            ids = [row[0] for row in cursor.fetchall()]
        return list(SsoGrant.objects.select_related("application", "session").filter(pk__in=ids)) if ids else []

    def call(self, grant: SsoGrant) -> None:
        try:
            call = tellers[grant.protocol](grant)
        except CannotBeToldError as error:
            settle(grant, SsoGrant.Logout.UNREACHABLE, str(error))
            return
        except Exception as error:  # one protocol's fault must not silence the others
            log.exception("cannot say the logout of grant %s", grant.pk)
            self.conclude(grant, Outcome(f"{type(error).__name__}: {error}"))
            return
        if call is None:
            settle(grant, SsoGrant.Logout.SILENT)
        else:
            future = self.pool.submit(send, call, wants_body=call.reads_body)
            self.flights[future] = Flight(grant, call)

    def conclude(self, grant: SsoGrant, outcome: Outcome) -> None:
        if outcome.is_away:
            self.away.add(grant.application_id)
        else:
            self.away.discard(grant.application_id)
        if not outcome.trouble:
            settle(grant, outcome.state)
        elif grant.logout_asked_at is not None and now() - grant.logout_asked_at >= GIVES_UP_AFTER:
            settle(grant, SsoGrant.Logout.UNREACHABLE, outcome.trouble)
        else:
            still_waiting(grant).update(
                logout_due_at=now() + pause_after(grant.logout_attempts), logout_error=outcome.trouble[:200]
            )


def outcome_of(future: Future[Answer], call: LogoutCall) -> Outcome:
    """An answer below 400 is a success: mod_auth_cas, for one, answers 302. Busy gateways count as not there."""
    try:
        answer = future.result()
        is_told = call.is_acknowledged is None or call.is_acknowledged(answer)
    except OSError as error:
        return Outcome(f"{type(error).__name__}: {error}", is_away=True)
    except Exception as error:  # a fault of ours is tried again like one of theirs
        log.exception("a logout call broke")
        return Outcome(f"{type(error).__name__}: {error}")
    if answer.status >= HTTPStatus.BAD_REQUEST:
        return Outcome(f"HTTP {answer.status}", is_away=answer.status >= HTTPStatus.BAD_GATEWAY)
    if not is_told:
        return Outcome(f"{NO_ACKNOWLEDGEMENT} (HTTP {answer.status})")
    return Outcome(state=SsoGrant.Logout.DONE if call.is_acknowledged is not None else SsoGrant.Logout.NOTIFIED)


def still_waiting(grant: SsoGrant) -> QuerySet[SsoGrant]:
    """What is settled stays settled, also when a slow engine comes back late."""
    return SsoGrant.objects.filter(pk=grant.pk, logout=SsoGrant.Logout.WAITING)


def settle(grant: SsoGrant, state: SsoGrant.Logout, trouble: str = "") -> None:
    still_waiting(grant).update(logout=state, logout_at=now(), logout_due_at=None, logout_error=trouble[:200])


def run(stopping: threading.Event) -> None:
    """Until told to stop. What was under way when the database was lost comes up again after its lease."""
    pool = ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="logout")
    keep_turning(stopping, name="single logout", channel=CHANNEL, begin=lambda: Engine(pool).turn)
    pool.shutdown(wait=False, cancel_futures=True)
    connections.close_all()


def tell_due(*, patience_seconds: float = 20) -> None:
    """Tell everybody who is due now and wait for what they say: for tests and the console."""
    deadline = time.monotonic() + patience_seconds
    with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
        engine = Engine(pool)
        while engine.turn() and time.monotonic() < deadline:
            time.sleep(BUSY_LOOK_SECONDS)


companions["single_logout"] = run
