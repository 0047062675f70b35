"""Broken promises: who answers for a request is told once that its time is over; what was said is forgotten by age."""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel.clock import now
from nanhu.platforms.people import api as people
from nanhu.services.requests.models import Entry, Request
from nanhu.services.requests.models.requests import OPEN
from nanhu.services.requests.rules import USUAL_WORDS_DAYS, WORDS_DAYS
from nanhu.services.requests.services.timeline import said, tell, tell_requester

DESKS = {"complaint": "requests:complaints:complaints", "opinion": "requests:opinions:reports"}
HEAD = "head"
WORDS = ("words", "rating_words", "device", "window", "accused_words")


def tell_late() -> int:
    """Each in a transaction of its own: one that cannot be told silences no other."""
    late = Request.objects.filter(state__in=OPEN, due_at__lt=now(), is_told_late=False)
    return sum(remind(public_id) for public_id in late.values_list("pk", flat=True)[:500])


@transaction.atomic
def remind(public_id: object) -> bool:
    row = Request.objects.select_for_update(of=("self",)).select_related("crew").get(pk=str(public_id))
    if row.is_told_late or not row.is_open or row.due_at is None or row.due_at > now():
        return False
    words = said(row, _("超时了"))
    if row.crew is not None:
        tell(answerable_for(row), reverse("requests:work:jobs"), words)
        tell_requester(row, words)
    else:
        tell(answerable_for(row), reverse(DESKS.get(row.kind, "requests:answers:questions")), words)
    row.is_told_late = True
    row.save(update_fields=["is_told_late"])
    return True


def answerable_for(request: Request) -> Collection[int]:
    """The crew's leader; else whoever leads the unit that it is with, never the accused."""
    if request.crew is not None:
        return list(request.crew.members.filter(is_leader=True).values_list("person_id", flat=True))
    post = people.find_post(request.unit_id, HEAD) if request.unit_id else None
    return [one for one in post.person_ids if one != request.accused_person_id] if post else ()


def forget_words() -> int:
    """What somebody wrote, and what was said of it, a while after its end; that there was a request, and how long it took, stays."""
    gone = 0
    for kind in Request.Kind.values:
        until = now() - timedelta(days=WORDS_DAYS.get(kind, USUAL_WORDS_DAYS))
        over = Request.objects.filter(kind=kind, closed_at__lt=until).exclude(words="", rating_words="")
        ids = list(over.values_list("pk", flat=True))
        Entry.objects.filter(request__in=ids).update(words="")
        for request in Request.objects.filter(pk__in=ids, is_anonymous=True):
            request.replies.all().delete()
            request.anonymous_photos.all().delete()
        gone += Request.objects.filter(pk__in=ids).update(**dict.fromkeys(WORDS, ""))
    return gone
