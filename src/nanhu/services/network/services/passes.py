"""Until which day a guest comes on line (访客上网): a week at most from his registration, then from each day his sponsor lets him again.

How long somebody is a guest (90 days, a year) is identity's; on line he is no longer than this, whichever page invited or prolonged him. Of
several who vouch for him each lets him on line for a week of his own, not past his visit to that one; the last of these days counts.
"""

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from nanhu.kernel import audit
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, end_of
from nanhu.kernel.once import lock_key
from nanhu.platforms.identity import api as identity
from nanhu.services.network.models import LONGEST_DAYS, GuestPass, NetworkRole
from nanhu.services.network.queries import living_grants
from nanhu.services.network.services.disconnecting import SUSPENDED, TIME_OVER, disconnect

A_WEEK = timedelta(days=LONGEST_DAYS - 1)
"""From its first day to its last."""


def last_days(visits: Collection[identity.guests.GuestLine]) -> dict[str, date]:
    """By guest number: of the week, and not past the visit."""
    numbers = [one.campus_no for one in visits]
    passes = GuestPass.objects.filter(campus_no__in=numbers).values_list("campus_no").annotate(last=Max("ends_on"))
    later = dict(passes)
    return {
        one.campus_no: min(max(one.since + A_WEEK, later.get(one.campus_no, date.min)), one.ends_on) for one in visits
    }


def last_day_of(person_id: int) -> date | None:
    """Of a guest, also one that is over; None of one for whom nobody can answer, and of who is more than a guest."""
    visits = identity.guests.answered_for(person_ids=[person_id]).get(person_id, [])
    return max(last_days(visits).values(), default=None)


@transaction.atomic
def hold(*, by: Actor, person_ids: Collection[int] = (), account_ids: Collection[int] = ()) -> None:
    """Of these persons, or of whom these accounts vouch for, guests go off line for whom nobody can answer any more, or none whose week
    lasts; what is on line of the others ends with the last day that is left."""
    meant = sorted(identity.guests.answered_for(person_ids=person_ids, account_ids=account_ids))
    for person_id in meant:
        lock_key(f"network.admit:{person_id}")
    visits_of = identity.guests.answered_for(person_ids=meant)  # as they stand now that nobody lets them in
    for person_id, visits in sorted(visits_of.items()):
        last = max(last_days(visits).values(), default=date.min)
        if last < campus_today():
            disconnect(by=by, person_id=person_id, cause=TIME_OVER if visits else SUSPENDED)
            continue
        held = living_grants().filter(person=person_id, role=NetworkRole.GUEST, ends_at__gt=end_of(last))
        held.update(ends_at=end_of(last))


@transaction.atomic
def renew(*, by: Actor, account_id: int, public_id: UUID) -> date:
    """A week from today, and not beyond his last day as a guest; which day that is. Of this account's own guest; another's does not exist.
    Pressed twice, the second finds nothing to renew."""
    guest, today = identity.guests.guest_of(account_id, public_id), campus_today()  # locked: of two at once one waits
    last = min(today + A_WEEK, guest.ends_on)
    if last_days([guest])[guest.campus_no] >= last:
        return last
    GuestPass.objects.create(campus_no=guest.campus_no, starts_on=today, ends_on=last, created_by_name=by.name)
    audit.record(
        by=by, action="network.renew_guest", target=f"person:{guest.person_id}", facts={"until": last.isoformat()}
    )
    return last
