"""Work that comes round: ends of grace, of suspensions and of roles; months of the sign-in log."""

from nanhu.kernel.actors import Actor
from nanhu.kernel.jobs import job
from nanhu.platforms.identity.services import accounts, roles, sign_in_log, suspensions

BY = Actor.system("identity.calendar")


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
