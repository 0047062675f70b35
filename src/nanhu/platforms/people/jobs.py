"""Periodic jobs of people: affiliations, overrides and posts follow the calendar, approved lists of posts come into force."""

from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.kernel.jobs import job
from nanhu.platforms.people.posts import following, services
from nanhu.platforms.people.services import calendar, overrides

BY = Actor.system("people.calendar")


@job("people.follow_calendar", every="5 * * * *")
def follow_calendar() -> None:
    """The first run of a day does the day's work. It comes round hourly, so that a machine that slept over midnight
    is not a day behind; a run with nothing due is a handful of queries."""
    calendar.begin_due(by=BY, today=campus_today())
    calendar.end_overdue(by=BY, today=campus_today())
    overrides.end_due(by=BY, today=campus_today())
    following.follow_calendar()


@job("people.take_post_list")
def take_post_list(batch_id: int) -> None:
    services.take_post_list(batch_id=batch_id)
