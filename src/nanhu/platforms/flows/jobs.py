"""Periodic jobs of processes: what is late, what nobody mended, posts that became vacant, definitions that changed."""

from nanhu.kernel.jobs import job
from nanhu.platforms.flows.services.cases import expire_idle
from nanhu.platforms.flows.services.definitions import publish_all
from nanhu.platforms.flows.services.moving import WORK, work_off
from nanhu.platforms.flows.services.outside import assign_astray, forget
from nanhu.platforms.flows.services.persons import assign_left, assign_vacant
from nanhu.platforms.flows.services.watching import tell_late


@job("flows.tell_late", every="*/10 * * * *")
def tell_late_tasks() -> int:
    return tell_late()


@job("flows.expire_idle", every="35 1 * * *")
def expire_idle_cases() -> int:
    return expire_idle()


@job("flows.assign_vacant", every="20 * * * *")
def assign_vacant_posts() -> int:
    return assign_vacant() + assign_left()


@job(WORK)
def work_off_move(move_id: int, by_name: str) -> None:
    work_off(move_id=move_id, by_name=by_name)


@job("flows.forget_outside", every="50 2 * * *")
def forget_outside_todos() -> int:
    return forget()


@job("flows.assign_outside", every="40 * * * *")
def assign_outside_todos() -> int:
    return assign_astray()


@job("flows.publish", every="5 2 * * *")
def publish_definitions() -> int:
    return publish_all()
