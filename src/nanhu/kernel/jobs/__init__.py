"""Background jobs on PostgreSQL (procrastinate), and the progress of long work."""

from nanhu.kernel.jobs.progress import ProgressHandle, open_progress, start_progress
from nanhu.kernel.jobs.queue import Job, job

__all__ = ["Job", "ProgressHandle", "job", "open_progress", "start_progress"]
