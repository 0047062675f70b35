"""Periodic jobs of the kernel: old events and messages go, the audit log is sealed and verified, stalled jobs are taken up again."""

from datetime import timedelta

from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from nanhu.kernel.audit.sealing import seal
from nanhu.kernel.audit.verification import verify_and_note
from nanhu.kernel.clock import campus_today
from nanhu.kernel.jobs import job
from nanhu.kernel.jobs.queue import ALWAYS
from nanhu.kernel.models import EventDelivery, MailMessage, OutboxEvent, Progress, SmsMessage, Throttle
from nanhu.kernel.sealing.carrying import compare_and_keep

EVENT_DAYS = 30
PROGRESS_DAYS = 30
MESSAGE_DAYS = 7
THROTTLE_DAYS = 2
SUNDAY = 7


@job("kernel.tidy_events", every="17 3 * * *")
def tidy_events() -> None:
    """Forget delivered events after a month; what still waits is kept however old it is."""
    old = timezone.now() - timedelta(days=EVENT_DAYS)
    EventDelivery.objects.filter(delivered_at__lt=old).delete()
    waiting = EventDelivery.objects.values("event_id")
    OutboxEvent.objects.filter(created_at__lt=old).exclude(id__in=waiting).delete()
    Progress.objects.filter(changed_at__lt=timezone.now() - timedelta(days=PROGRESS_DAYS)).delete()


@job("kernel.forget_messages", every="*/10 * * * *")
def forget_messages() -> None:
    """What was sent, after a week; attempts that nobody counts any more."""
    moment = timezone.now()
    SmsMessage.objects.filter(created_at__lt=moment - timedelta(days=MESSAGE_DAYS)).delete()
    MailMessage.objects.filter(created_at__lt=moment - timedelta(days=MESSAGE_DAYS)).delete()
    Throttle.objects.filter(
        last_failed_at__lt=moment - timedelta(days=THROTTLE_DAYS), blocked_until__lt=moment
    ).delete()


@job("kernel.seal_audit", every="* * * * *")
def seal_audit() -> None:
    seal()


@job("kernel.verify_audit", every="41 2 * * *")
def verify_audit() -> None:
    """Each night what is new since the last sound look; on Sundays all of it."""
    verify_and_note(is_whole=campus_today().isoweekday() == SUNDAY)


@job("kernel.carry_roots", every="53 2 * * *")
def carry_roots() -> None:
    """What was carried out before must stand in the chains; the doctor tells when it does not."""
    compare_and_keep()


@app.periodic(cron="* * * * * */20")
@app.task(name="kernel.take_up_stalled", queueing_lock="kernel.take_up_stalled", queue=ALWAYS, pass_context=True)
async def take_up_stalled(context: JobContext, timestamp: int) -> None:  # noqa: ARG001  the time it was due
    """Jobs whose worker was killed (no sign of life for half a minute) are done again by another."""
    for stalled in await context.app.job_manager.get_stalled_jobs():
        await context.app.job_manager.retry_job(stalled)
