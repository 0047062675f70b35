"""Periodic jobs of 企业微信: pushes members, handles callbacks, follows what the clock changes, compares each night, forgets by age."""

from datetime import timedelta

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import now
from nanhu.kernel.jobs import job
from nanhu.kernel.retries import in_the_worker
from nanhu.services.mobile import publishing, queries
from nanhu.services.mobile.adapters import choice
from nanhu.services.mobile.models import Attempt, Callback, Comparison, Newcomer, Outgoing, VendorCall
from nanhu.services.mobile.services import callbacks, comparing, departments, members
from nanhu.services.mobile.services.pushing import PUSHES
from nanhu.services.mobile.services.sending import DIGESTS

BY = Actor.system("mobile.nightly")
LOG_DAYS = timedelta(days=90)
MESSAGE_DAYS = timedelta(days=14)
ATTEMPT_DAYS = timedelta(days=2)
NEWCOMER_DAYS = timedelta(days=180)


@job(callbacks.JOB)
def handle_callback(callback_id: int) -> str:
    return callbacks.handle(callback_id)


@job("mobile.follow", every="23 1 * * *")
def follow_everybody() -> int:
    """Grace periods end, and what an event did not bring is found."""
    return members.follow(queries.everybody()) if choice.is_on() else 0


@job("mobile.compare", every="17 4 * * *", attempts=2)
def compare_nightly() -> bool:
    """Off the half hours, when everybody calls; units that were named anew are pushed before."""
    if not choice.is_on() or not members.is_started():
        return False
    departments.put_all()
    made: Comparison = comparing.compare(by=BY)
    return made.is_empty


@job("mobile.publish", every="43 * * * *")
def publish() -> int:
    return publishing.publish()


@job("mobile.forget", every="41 1 * * *")
def forget_old() -> None:
    moment = now()
    VendorCall.objects.filter(created_at__lt=moment - LOG_DAYS).delete()
    Outgoing.objects.filter(created_at__lt=moment - MESSAGE_DAYS).delete()
    Callback.objects.filter(received_at__lt=moment - LOG_DAYS).delete()
    Newcomer.objects.filter(created_at__lt=moment - NEWCOMER_DAYS).delete()
    Newcomer.objects.filter(state=Newcomer.State.UNCONFIRMED, created_at__lt=moment - ATTEMPT_DAYS).delete()
    Attempt.objects.filter(made_at__lt=moment - ATTEMPT_DAYS).delete()


in_the_worker("mobile_members", PUSHES, DIGESTS, channel=members.CHANNEL)
