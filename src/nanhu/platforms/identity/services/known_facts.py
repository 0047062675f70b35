"""Facts of a person that applications were given at a sign-in (应用知道的): a correction reaches them at the next one."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.db.models import Max

from nanhu.kernel.clock import now
from nanhu.kernel.registry import ChangedFact, FactCopy
from nanhu.platforms.identity.models import Application, SsoGrant

TOLD_BY: Final = {
    "people.name": frozenset({"displayName", "cn", "sn", "givenName"}),
    "people.campus_no": frozenset({"campusNo", "uid", "studentNo", "staffNo", "eduPersonPrincipalName"}),
    "people.unit": frozenset({"department", "departmentCode", "className", "classCode"}),
}
KEPT: Final = timedelta(days=400)
"""What was signed in to longer ago is not listed."""


def copies_of(fact: ChangedFact) -> Iterator[FactCopy]:
    """Of the applications that are given it, when they were told last."""
    told = TOLD_BY.get(fact.field)
    if told is None:
        return
    grants = SsoGrant.objects.filter(session__account__person_id=fact.person_id, created_at__gt=now() - KEPT)
    last = dict(grants.values_list("application_id").annotate(last=Max("created_at")).order_by())
    for one in Application.objects.filter(pk__in=last, is_enabled=True).order_by("name"):
        if told & set(one.attributes):
            yield FactCopy(what=one.name, followed_at=last[one.pk] if last[one.pk] >= fact.since else None)
