"""Who is a member of 企业微信, as other systems know it: the shared table mobile.member, hourly. Whoever was removed is in it no more."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from nanhu.kernel.actors import Actor
from nanhu.platforms.datahub import api as datahub
from nanhu.platforms.people import api as people
from nanhu.services.mobile.models import Member

BY: Final = Actor.system("mobile.publish")


def publish() -> int:
    return datahub.put_own("mobile.member", member_rows(), by=BY, is_whole=True)


def member_rows() -> Iterator[Mapping[str, Any]]:
    numbers = people.numbers_by_person()
    found = Member.objects.exclude(state=Member.State.REMOVED).order_by("pk")
    for one in found.only("person_id", "state", "joined_at", "leaves_on").iterator(2_000):
        if number := numbers.get(one.person_id):
            yield {"campus_no": number, "state": one.state, "joined_at": one.joined_at, "leaves_on": one.leaves_on}
