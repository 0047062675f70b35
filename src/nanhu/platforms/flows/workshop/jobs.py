"""The job of the workshop: a draft over running cases."""

from nanhu.kernel.jobs import job
from nanhu.platforms.flows.workshop.services import WORK, try_draft


@job(WORK)
def try_over_running_cases(draft_id: int) -> None:
    try_draft(draft_id=draft_id)
