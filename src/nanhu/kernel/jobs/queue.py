"""Jobs: functions that the worker runs later, deferred in the caller's transaction."""

from collections.abc import Callable
from typing import Any, Final

from django.apps import apps
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from nanhu.kernel.read_only import goes_on

ALWAYS: Final = "always"
"""The queue of what is done in the emergency read-only mode, too (`kernel.read_only`)."""
USUAL: Final = "default"
UNFINISHED: Final = ("todo", "doing", "aborting")


class Job:
    """A function that can be deferred; calling it runs it at once."""

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        self.name = name
        self.function = function

    def __call__(self, **arguments: Any) -> Any:
        return self.function(**arguments)

    def defer(self, **arguments: Any) -> None:
        """Queue a run with these plain arguments; nothing is queued when the transaction rolls back."""
        app.configure_task(self.name).defer(**arguments)

    def unfinished(self) -> list[dict[str, Any]]:
        """The arguments of all runs that wait, also for another attempt, or are under way."""
        runs = apps.get_model("procrastinate", "ProcrastinateJob").objects.filter(task_name=self.name)
        return list(runs.filter(status__in=UNFINISHED).values_list("args", flat=True))


def defer(name: str, **arguments: Any) -> None:
    """Queue a job that is known by its name alone: a model does not import what works it off."""
    app.configure_task(name).defer(**arguments)


def job(name: str, *, every: str = "", attempts: int = 5) -> Callable[[Callable[..., Any]], Job]:
    """Declare a job under a lasting name; `every` is a cron line for a periodic job.

    A periodic job gets no arguments. A job may run twice: it must be idempotent.
    """

    def declare(function: Callable[..., Any]) -> Job:
        retry = RetryStrategy(max_attempts=attempts, exponential_wait=2)
        queue = ALWAYS if name in goes_on().jobs else USUAL
        if not every:
            app.task(name=name, retry=retry, queue=queue)(function)
            return Job(name, function)

        def run_periodically(timestamp: int) -> Any:  # noqa: ARG001  procrastinate hands in the time it was due
            return function()

        task = app.task(name=name, retry=retry, queue=queue, queueing_lock=name)
        app.periodic(cron=every)(task(run_periodically))
        return Job(name, function)

    return declare
