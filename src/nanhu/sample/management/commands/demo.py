"""`nanhu demo`: a sample campus that runs until Ctrl-C."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from nanhu.kernel.configuration import configuration
from nanhu.sample.demo.campus import fill, open_campus


class Command(BaseCommand):
    help = "Fill the sample campus where it is empty and run it until Ctrl-C. SCALE=full makes 31,000 people."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fill-only", action="store_true", help="fill it and end, without running it")

    def handle(self, *_arguments: Any, **options: Any) -> None:
        if options["fill_only"]:
            fill(configuration())
        else:
            open_campus(configuration())
