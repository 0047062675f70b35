"""Periodic jobs of the ledger: months of partitions, seals, day sums, verification, deferrals of bills."""

from nanhu.kernel.clock import campus_today
from nanhu.kernel.jobs import job
from nanhu.platforms.ledger.services.bills import end_deferrals
from nanhu.platforms.ledger.services.day_sums import sum_days
from nanhu.platforms.ledger.services.partitions import add_months_ahead
from nanhu.platforms.ledger.services.sealing import seal
from nanhu.platforms.ledger.services.verification import verify_and_note

SUNDAY = 7


@job("ledger.add_months", every="17 2 * * *")
def add_months() -> int:
    return add_months_ahead()


@job("ledger.seal", every="* * * * *")
def seal_ledger() -> int:
    return seal()


@job("ledger.sum_days", every="7 0 * * *")
def sum_finished_days() -> int:
    return sum_days()


@job("ledger.verify", every="11 3 * * *")
def verify_ledger() -> None:
    """Each night what is new since the last sound look; on Sundays all of it."""
    verify_and_note(is_whole=campus_today().isoweekday() == SUNDAY)


@job("ledger.end_deferrals", every="21 0 * * *")
def end_finished_deferrals() -> int:
    """Bills whose deferral ended yesterday are due again."""
    return end_deferrals()
