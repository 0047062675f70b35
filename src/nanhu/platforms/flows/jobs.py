"""Periodic jobs of processes: what is late, what nobody mended, posts that became vacant, definitions that changed."""

from nanhu.kernel.jobs import job
from nanhu.kernel.jobs.signs import is_outage_untold
from nanhu.platforms.flows.archiving import archive_closed
from nanhu.platforms.flows.publishing import publish_rows
from nanhu.platforms.flows.services import announcing
from nanhu.platforms.flows.services.cases import expire_idle, forget_drafts
from nanhu.platforms.flows.services.definitions import publish_all
from nanhu.platforms.flows.services.forgetting import forget_contents
from nanhu.platforms.flows.services.moving import WORK, work_off
from nanhu.platforms.flows.services.outside import assign_astray, forget
from nanhu.platforms.flows.services.persons import assign_left, assign_vacant
from nanhu.platforms.flows.services.settling import settle
from nanhu.platforms.flows.services.standing import stand_still
from nanhu.platforms.flows.services.watching import measure, tell_late


@job("flows.tell_late", every="*/10 * * * *")
def tell_late_tasks() -> int:
    """Not before it is known how long the program was away, and deadlines have moved by it."""
    if is_outage_untold():
        return 0
    stand_still()
    return tell_late()


@job("flows.stand_still", every="* * * * *")
def move_after_outages() -> int:
    return stand_still()


@job("flows.settle_fees", every="*/2 * * * *")
def settle_fees() -> int:
    return settle()


@job("flows.expire_idle", every="35 1 * * *")
def expire_idle_cases() -> int:
    return expire_idle()


@job("flows.assign_vacant", every="20 * * * *")
def assign_vacant_posts() -> int:
    return assign_vacant() + assign_left()


@job(WORK)
def work_off_move(move_id: int, by_name: str) -> None:
    work_off(move_id=move_id, by_name=by_name)


@job(announcing.WORK)
def work_off_announcement(announcement_id: int) -> None:
    announcing.work_off(announcement_id=announcement_id)


@job("flows.forget_outside", every="50 2 * * *")
def forget_outside_todos() -> int:
    return forget()


@job("flows.assign_outside", every="40 * * * *")
def assign_outside_todos() -> int:
    return assign_astray()


@job("flows.forget_drafts", every="10 3 * * *")
def forget_old_drafts() -> int:
    return forget_drafts()


@job("flows.forget_contents", every="25 3 * * *")
def forget_contents_of_cases() -> int:
    return forget_contents()


@job("flows.archive", every="45 3 * * *")
def archive_closed_cases() -> int:
    return archive_closed()


@job("flows.publish_rows", every="25 * * * *")
def publish_shared_rows() -> int:
    return publish_rows()


@job("flows.measure", every="15 3 * * *")
def measure_processes() -> int:
    return measure()


@job("flows.publish", every="5 2 * * *")
def publish_definitions() -> int:
    return publish_all()
