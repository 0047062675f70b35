"""Promises: who answers for a request is told once before its time is over, and once that it is; what was said is forgotten by age."""

from collections.abc import Collection
from datetime import timedelta
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import now
from nanhu.platforms.people import api as people
from nanhu.services.requests.models import Entry, Request
from nanhu.services.requests.models.requests import OPEN
from nanhu.services.requests.rules import USUAL_WORDS_DAYS, WORDS_DAYS
from nanhu.services.requests.services.dispatching import dispatchers, is_promised_plainly
from nanhu.services.requests.services.timeline import said, tell, tell_requester

DESKS = {"complaint": "requests:complaints:complaints", "opinion": "requests:opinions:reports"}
HEAD = "head"
AHEAD = timedelta(hours=2)
WORDS = ("words", "rating_words", "device", "window", "accused_words")
SAID = Exists(Entry.objects.filter(request=OuterRef("pk")).exclude(words=""))
HAS_WORDS = reduce(or_, (~Q(**{name: ""}) for name in WORDS), Q(SAID))


def tell_late() -> int:
    """Each in a transaction of its own: one that cannot be told silences no other."""
    open_now = Request.objects.filter(state__in=OPEN)
    late = open_now.filter(due_at__lt=now(), is_told_late=False).values_list("pk", flat=True)[:500]
    near = open_now.filter(due_at__range=(now(), now() + AHEAD)).exclude(warned_for=F("due_at"))
    soon = near.exclude(state=Request.State.WORKING).values_list("pk", flat=True)[:500]
    return sum(remind(public_id) for public_id in [*late, *soon])


@transaction.atomic
def remind(public_id: object) -> bool:
    rows = Request.objects.select_for_update(of=("self",)).select_related("crew", "fault_class")
    row = rows.get(pk=str(public_id))
    if not row.is_open or row.due_at is None:
        return False
    if row.due_at > now():
        return warn(row)
    if row.is_told_late:
        return False
    words = said(row, _("超时了"))
    tell(answerable_for(row), desk_of(row), words)
    if row.crew is not None:
        tell_requester(row, words)
    row.is_told_late = True
    row.save(update_fields=["is_told_late"])
    return True


def warn(row: Request) -> bool:
    """Before a promise breaks, once for each: two hours, of a shorter one half of it. Of danger whoever dispatches hears it at any hour."""
    if row.due_at is None or row.warned_for == row.due_at or now() < row.due_at - ahead_of(row):
        return False
    words, is_danger = (
        said(row, _("快到时限了，还没有人到场") if row.fault_class else _("快到时限了")),
        is_promised_plainly(row),
    )
    tell({*answerable_for(row), *(dispatchers() if is_danger else ())}, desk_of(row), words, is_urgent=is_danger)
    row.warned_for = row.due_at
    row.save(update_fields=["warned_for"])
    return True


def ahead_of(row: Request) -> timedelta:
    promise = row.fault_class
    if promise is None:
        return AHEAD
    minutes = promise.urgent_minutes if is_promised_plainly(row) else promise.minutes
    return min(AHEAD, timedelta(minutes=(minutes or 0) / 2))


def desk_of(row: Request) -> str:
    usual = (
        "requests:work:jobs"
        if row.crew
        else "requests:dispatch:jobs"
        if row.fault_class
        else "requests:answers:questions"
    )
    return reverse(DESKS.get(row.kind, usual))


def answerable_for(request: Request) -> Collection[int]:
    """The crew's leader; of a repair that no crew has whoever dispatches; else whoever leads the unit that it is with, never the accused."""
    if request.crew is not None:
        return list(request.crew.members.filter(is_leader=True).values_list("person_id", flat=True))
    if request.fault_class is not None:
        return dispatchers()
    post = people.find_post(request.unit_id, HEAD) if request.unit_id else None
    return [one for one in post.person_ids if one != request.accused_person_id] if post else ()


def forget_words() -> int:
    """What somebody wrote, and what was said of it, a while after its end; that there was a request, and how long it took, stays."""
    gone = 0
    for kind in Request.Kind.values:
        until = now() - timedelta(days=WORDS_DAYS.get(kind, USUAL_WORDS_DAYS))
        over = Request.objects.filter(HAS_WORDS, kind=kind, closed_at__lt=until)
        ids = list(over.values_list("pk", flat=True))
        Entry.objects.filter(request__in=ids).update(words="")
        for request in Request.objects.filter(pk__in=ids, is_anonymous=True):
            request.replies.all().delete()
            request.anonymous_photos.all().delete()
        gone += Request.objects.filter(pk__in=ids).update(**dict.fromkeys(WORDS, ""))
    return gone
