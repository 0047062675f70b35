"""Periodic jobs of administration: ends of grace, of suspensions and of roles; months of the sign-in log."""

from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor
from nanhu.kernel.audit.verification import verify_and_note
from nanhu.kernel.jobs import job, open_progress
from nanhu.platforms.identity.administration.services import bulk
from nanhu.platforms.identity.lifecycle import accounts, suspensions
from nanhu.platforms.identity.services import roles, sign_in_log

BY = Actor.system("identity.calendar")
__all__ = ["bulk", "follow_dates", "keep_months", "verify_trail"]


@job("identity.follow_dates", every="*/5 * * * *")
def follow_dates() -> None:
    """Each step stands alone and may run twice."""
    accounts.end_graced(by=BY)
    suspensions.resume_due(by=BY)
    roles.revoke_ended(by=BY)


@job("identity.sign_in_months", every="23 2 * * *")
def keep_months() -> None:
    sign_in_log.prepare_months()
    sign_in_log.drop_old_months()


@job("identity.verify_trail")
def verify_trail(progress_id: str) -> None:
    """The auditor's own look at the whole audit log; what it found stays beside the nightly ones."""
    progress = open_progress(progress_id)
    check = verify_and_note(is_whole=True, heard=lambda done, total: progress.advance(done, total=total))
    if check.faults:
        progress.fail("\n".join(check.faults))
        return
    summary = _("{rows} 行，到第 {number} 块，与封印一致。").format(rows=check.rows, number=check.until_number)
    progress.finish(summary, result_url=reverse("identity:accounts:audit_log"))
