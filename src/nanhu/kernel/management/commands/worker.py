"""`nanhu worker`: runs background jobs and delivers events until it is stopped."""

from typing import Any

from django.core.management.base import BaseCommand

from nanhu.kernel.jobs.worker import run_worker


class Command(BaseCommand):
    help = "Run background jobs and deliver events until stopped."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        run_worker()
