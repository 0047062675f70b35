from typing import Any

from django.apps import AppConfig
from django.db import connections, transaction
from django.db.models.signals import post_migrate

from nanhu.kernel.database.roles import apply_grants, declared_grants


class KernelConfig(AppConfig):
    name = "nanhu.kernel"
    label = "kernel"
    verbose_name = "内核"

    def ready(self) -> None:
        post_migrate.connect(grant_after_migrations, sender=self)
        from nanhu.kernel.delivery import outbox  # noqa: F401  what the worker sends
        from nanhu.kernel.doctor import registrations  # noqa: F401  declares the kernel's own checks
        from nanhu.kernel.jobs import periodic  # noqa: F401  declares the kernel's own jobs
        from nanhu.kernel.processes import house  # noqa: F401  declares the web and the worker


def grant_after_migrations(*, using: str, **_signal: Any) -> None:
    """New tables and functions are closed to web, worker and gateway until they are granted."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        apply_grants(cursor, declared_grants())
