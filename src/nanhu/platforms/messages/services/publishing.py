"""A notice goes out, and is taken back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import audit, clock
from nanhu.kernel.actors import Actor
from nanhu.kernel.errors import WrongStateError
from nanhu.kernel.events import publish as publish_event
from nanhu.platforms.messages.errors import NoticeExpiryError
from nanhu.platforms.messages.events import NoticePublished
from nanhu.platforms.messages.models import Notice
from nanhu.platforms.messages.services.announcing import unsay
from nanhu.platforms.messages.services.writing import locked, target_of


@transaction.atomic
def publish(*, by: Actor, notice_id: int, at: datetime | None = None) -> Notice:
    """Show a draft, or a withdrawn notice again, to its audience from now on, or from a later hour."""
    notice = locked(notice_id)
    if notice.state == Notice.State.PUBLISHED:
        raise WrongStateError(what=_("公告"), state=notice.get_state_display())
    moment = max(at or clock.now(), clock.now())
    if notice.expires_at is not None and notice.expires_at <= moment:
        raise NoticeExpiryError
    notice.state = Notice.State.PUBLISHED
    notice.published_at = moment
    notice.revised_at = notice.withdrawn_at = notice.told_at = None
    notice.withdrawal_reason = ""
    notice.save()
    facts = {"title": notice.title, "audience": notice.audience, "must_read": notice.must_read}
    audit.record(by=by, action="messages.publish_notice", target=target_of(notice), facts=facts)
    publish_event(NoticePublished(notice_id=notice.pk))
    return notice


@transaction.atomic
def withdraw(*, by: Actor, notice_id: int, reason: str) -> Notice:
    """Take a published notice out of everybody's sight; its receipts stay."""
    notice = locked(notice_id)
    if notice.state != Notice.State.PUBLISHED:
        raise WrongStateError(what=_("公告"), state=notice.get_state_display())
    notice.state = Notice.State.WITHDRAWN
    notice.withdrawn_at = clock.now()
    notice.withdrawal_reason = reason.strip()
    notice.save()
    unsay(notice)
    audit.record(
        by=by, action="messages.withdraw_notice", target=target_of(notice), reason=reason, facts={"title": notice.title}
    )
    return notice
