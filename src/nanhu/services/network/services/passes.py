"""Until which day a guest comes on line (访客上网): a week at most from his registration, then from each day his sponsor lets him again.

How long somebody is a guest (90 days, a year) is identity's; on line he is no longer than this, whichever page invited or prolonged him.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today
from nanhu.platforms.identity import api as identity
from nanhu.services.network.models import LONGEST_DAYS, GuestPass

A_WEEK = timedelta(days=LONGEST_DAYS - 1)
"""From its first day to its last."""


def last_days(since: Mapping[str, date]) -> dict[str, date]:
    """By guest number, of those registered on these days."""
    passes = GuestPass.objects.filter(campus_no__in=since).values_list("campus_no").annotate(last=Max("ends_on"))
    later = dict(passes)
    return {number: max(day + A_WEEK, later.get(number, date.min)) for number, day in since.items()}


def last_day_of(person_id: int) -> date | None:
    """The last of all under which somebody vouches for him; None of one for whom nobody does, and of one who is more than a guest: he is on
    line in his own right, though the policy of guests may give him most."""
    return max(last_days(identity.guests.vouched_since(person_id)).values(), default=None)


@transaction.atomic
def renew(*, by: Actor, account_id: int, public_id: UUID) -> date:
    """A week from today, and not beyond his last day as a guest; which day that is. Of this account's own guest; another's does not exist.
    Pressed twice, the second finds nothing to renew."""
    guest, today = identity.guests.guest_of(account_id, public_id), campus_today()  # locked: of two at once one waits
    last = min(today + A_WEEK, guest.ends_on)
    if last_days({guest.campus_no: guest.since})[guest.campus_no] >= last:
        return last
    GuestPass.objects.create(campus_no=guest.campus_no, starts_on=today, ends_on=last, created_by_name=by.name)
    audit.record(
        by=by, action="network.renew_guest", target=f"person:{guest.person_id}", facts={"until": last.isoformat()}
    )
    return last
