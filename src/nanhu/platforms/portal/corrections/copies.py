"""Copies of a corrected fact (副本): where it stands, too, and since when each says the new value."""

from datetime import timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as say

from nanhu.kernel.clock import now
from nanhu.kernel.jobs import alone
from nanhu.kernel.registry import ChangedFact, CheckResult, FactCopies, Verdict, fact_copies
from nanhu.platforms.portal.guard import attempt
from nanhu.platforms.portal.models import Correction, CorrectionCopy

FOLLOWS_WITHIN: Final = timedelta(days=2)
LOOKED_AFTER: Final = timedelta(days=90)
"""Of what ended, copies that follow when their person does something."""


def follow(one: Correction) -> bool:
    """Writes down how each copy stands; whether all that are awaited followed. What a room cannot say just now did not."""
    if one.arrived_at is None:
        return False
    fact = ChangedFact(person_id=one.person_id, field=one.field, was=one.seen or "", since=one.arrived_at)
    followed = [has_followed(one, source, fact) for source in fact_copies]
    return all(followed)


def has_followed(one: Correction, source: FactCopies, fact: ChangedFact) -> bool:
    outcome = attempt(f"copies:{source.key}", lambda: list(source.load(fact)))
    if outcome.error_number:
        return not source.is_awaited
    found = outcome.value or []
    rows = {row.what: row for row in one.copies.filter(source=source.key)}
    for copy in found:
        row = rows.pop(copy.what, None) or CorrectionCopy(correction=one, source=source.key, what=copy.what)
        if row.pk is None or row.followed_at is None:
            row.followed_at = copy.followed_at
            row.save()
    one.copies.filter(pk__in=[row.pk for row in rows.values()]).delete()
    return not source.is_awaited or all(copy.followed_at for copy in found)


def follow_ended() -> int:
    """A new card, the next sign-in: what was not awaited is written down, too."""
    late = CorrectionCopy.objects.filter(followed_at=None, correction__closed_at__gte=now() - LOOKED_AFTER)
    ended = Correction.objects.filter(pk__in=late.values("correction"))
    followed = 0
    for one in ended:
        with alone("portal.correction_failed", correction=one.pk):
            followed += follow(one)
    return followed


def behind(moment: Any = None) -> QuerySet[CorrectionCopy]:
    """Awaited copies that did not follow within two days: whoever looks after corrections asks that room or vendor."""
    awaited = [source.key for source in fact_copies if source.is_awaited]
    rows = CorrectionCopy.objects.filter(followed_at=None, source__in=awaited, correction__closed_at=None)
    late = rows.filter(correction__arrived_at__lte=(moment or now()) - FOLLOWS_WITHIN)
    return late.select_related("correction__case").order_by("correction__arrived_at", "pk")


def copies_follow() -> CheckResult:
    """For the doctor."""
    if late := behind().count():
        message = say("%(count)d 处副本两天没有跟上更正") % {"count": late}
        return CheckResult(verdict=Verdict.WARN, message=message, remedy=say("到“更正由谁负责”看“没跟上的副本”。"))
    return CheckResult(verdict=Verdict.OK, message=say("更正过的内容，各处副本都已跟上"))
