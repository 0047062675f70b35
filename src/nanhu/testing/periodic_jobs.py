"""The schedule of periodic jobs, by the registry that the worker goes by."""

from procrastinate.contrib.django import app


def cron_of(name: str) -> str:
    """The cron line of a job; empty when it is not periodic."""
    return next(
        (one.cron for (task, _cron), one in app.periodic_registry.periodic_tasks.items() if task == name),
        "",
    )
