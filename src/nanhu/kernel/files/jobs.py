"""Periodic jobs of files: what nobody must keep any longer goes, and what no row names."""

from nanhu.kernel.files.services import remove_overdue, sweep
from nanhu.kernel.jobs import job


@job("files.remove_overdue", every="27 3 * * *")
def remove_overdue_files() -> None:
    remove_overdue()
    sweep()
