"""What the desk reads: agreements and differences, and what waits for somebody."""

from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from nanhu.kernel.clock import now
from nanhu.kernel.errors import NotFoundError
from nanhu.platforms.payments.models import Agreement, Channel, DayClose, DayDifference, Difference
from nanhu.platforms.people import api as people

MOST_FOUND = 50
TAIL_DIGITS = 4


def whose(asked: str) -> Q:
    """Agreements by the last four digits of a bank card, or by a person's number or name."""
    if asked.isdigit() and len(asked) == TAIL_DIGITS:
        return Q(tail=asked)
    return Q(person_id__in=[one.person_id for one in people.search_people(asked, limit=MOST_FOUND)])


def refused_of_late() -> int:
    week = now() - timedelta(days=7)
    return Agreement.objects.filter(state=Agreement.State.REFUSED, created_at__gte=week).count()


def open_differences() -> QuerySet[Difference]:
    return Difference.objects.filter(state=Difference.State.OPEN)


def app_with(key: str) -> Channel:
    found = Channel.objects.filter(key=key, kind=Channel.Kind.APP).first()
    if found is None:
        raise NotFoundError(what=_("这个外部应用"))
    return found


def day_with(key: str) -> DayClose:
    try:
        found = DayClose.objects.filter(day=date.fromisoformat(key)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFoundError(what=_("这一天的日结"))
    return found


def open_day_differences() -> int:
    return DayDifference.objects.filter(state=DayDifference.State.OPEN).count()
