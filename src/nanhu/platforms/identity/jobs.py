"""Periodic jobs of identity: dead tickets, forgotten throttles, sessions nobody uses."""

from datetime import timedelta

from django.contrib.sessions.models import Session

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.jobs import job
from nanhu.platforms.identity.models import OneTimeCode, ProxyGrantingTicket, ProxyTicket, ServiceTicket, SsoSession
from nanhu.platforms.identity.services import known_places, logout_engine, sessions

KEEP_CODES = timedelta(days=30)
AT_ONCE = 1000

__all__ = ["logout_engine", "sweep"]


@job("identity.sweep", every="*/10 * * * *")
def sweep() -> None:
    moment = now()
    ServiceTicket.objects.filter(expires_at__lt=moment).delete()
    ProxyTicket.objects.filter(expires_at__lt=moment).delete()
    ProxyGrantingTicket.objects.filter(session__ended_at__isnull=False).delete()
    known_places.forget_old()
    OneTimeCode.objects.filter(created_at__lt=moment - KEEP_CODES).delete()
    Session.objects.filter(expire_date__lt=moment).delete()
    end_unused_sessions()


def end_unused_sessions() -> None:
    """A browser that was simply closed sends no sign-out: its session ends by the clock, and its applications hear."""
    moment, by = now(), Actor.system("identity.sweep")
    idle = SsoSession.objects.filter(
        ended_at=None, last_seen_at__lt=moment - timedelta(minutes=configuration().session_idle_minutes)
    )
    too_old = SsoSession.objects.filter(
        ended_at=None, created_at__lt=moment - timedelta(hours=configuration().session_hours)
    )
    sessions.end_sessions(by=by, sessions=idle[:AT_ONCE], how=SsoSession.End.IDLE)
    sessions.end_sessions(by=by, sessions=too_old[:AT_ONCE], how=SsoSession.End.TOO_OLD)
