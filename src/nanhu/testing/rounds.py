"""Work that comes round by itself: when, by the registry that the worker goes by."""

from procrastinate.contrib.django import app


def round_of(name: str) -> str:
    """The cron line of a job; empty when it does not come round."""
    return next(
        (one.cron for (task, _round), one in app.periodic_registry.periodic_tasks.items() if task == name),
        "",
    )
