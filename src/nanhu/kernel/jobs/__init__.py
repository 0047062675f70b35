"""Background jobs on PostgreSQL (procrastinate), and the progress of long work."""

from nanhu.kernel.jobs.alone import alone
from nanhu.kernel.jobs.progress import ProgressHandle, open_progress, start_progress
from nanhu.kernel.jobs.queue import Job, defer, job

__all__ = ["Job", "ProgressHandle", "alone", "defer", "job", "open_progress", "start_progress"]
