"""A notice tells its audience when its hour has come: what must be read today, others with the day's digest."""

from django.db import transaction

from nanhu.kernel import clock
from nanhu.platforms.messages import audience
from nanhu.platforms.messages.models import Notice
from nanhu.platforms.messages.services.telling import NOTICE, take_back, tell


def tell_due() -> int:
    """How many notices were told. Each once: its row is locked, and marked in the transaction that tells of it."""
    count = 0
    while announce_next():
        count += 1
    return count


@transaction.atomic
def announce_next() -> bool:
    moment = clock.now()
    due = Notice.objects.filter(state=Notice.State.PUBLISHED, told_at=None, published_at__lte=moment)
    notice = due.select_for_update(skip_locked=True, of=("self",)).select_related("office").order_by("pk").first()
    if notice is None:
        return False
    notice.told_at = moment
    notice.save(update_fields=["told_at"])
    if notice.expires_at is None or notice.expires_at > moment:
        tell(
            audience.person_ids_of(notice),
            NOTICE,
            {"title": notice.title, "office": notice.office_name, "id": str(notice.public_id)},
            urgency="today" if notice.must_read else "digest",
            key=str(notice.pk),
            notice_id=notice.pk,
        )
    return True


def unsay(notice: Notice) -> None:
    take_back(NOTICE, str(notice.pk))
