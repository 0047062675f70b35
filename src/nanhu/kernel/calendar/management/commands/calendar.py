"""`nanhu calendar show 2027` · `set 2027-02-05 2027-02-12 off 寒假` · `clear 2027-02-05`."""

import argparse
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from nanhu.kernel.actors import Actor
from nanhu.kernel.calendar import is_working_day, rules, services
from nanhu.kernel.calendar.models import CalendarException

BY = Actor.system("nanhu calendar")


def read_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2027-02-05") from problem


class Command(BaseCommand):
    help = "Show the school's calendar exceptions, set them or clear them."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        show = actions.add_parser("show", help="the exceptions of a year, and its working days")
        show.add_argument("year", type=int)
        change = actions.add_parser("set", help="let the school work or rest from one day to another")
        clear = actions.add_parser("clear", help="follow the public calendar again")
        for one in (change, clear):
            one.add_argument("first", type=read_date)
            one.add_argument("last", type=read_date, nargs="?")
        change.add_argument("kind", choices=["off", "working"])
        change.add_argument("note", nargs="?", default="")

    def handle(self, *_: object, action: str, **options: Any) -> None:
        if action == "show":
            self.show(options["year"])
            return
        first, last = options["first"], options["last"] or options["first"]
        if last < first:
            raise CommandError("the last day lies before the first")
        if action == "set":
            is_working = options["kind"] == "working"
            count = services.set_exception(by=BY, first=first, last=last, is_working=is_working, note=options["note"])
        else:
            count = services.clear_exceptions(by=BY, first=first, last=last)
        self.stdout.write(f"{count} days")

    def show(self, year: int) -> None:
        for one in CalendarException.objects.filter(date__year=year):
            self.stdout.write(f"{one.date}  {'working' if one.is_working else 'off':<8} {one.note}")
        new_year = date(year, 1, 1)
        days = [new_year + timedelta(days=number) for number in range((date(year + 1, 1, 1) - new_year).days)]
        working = sum(is_working_day(day) for day in days)
        source = "the public calendar" if rules.is_known(year) else "Monday to Friday"
        self.stdout.write(f"{year}: {working} working days, by {source} and the exceptions above")
