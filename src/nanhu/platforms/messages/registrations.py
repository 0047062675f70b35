"""What the portal shows of notices."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import Application, HomeNotices, NoticeLine, Viewer
from nanhu.platforms.messages import queries


def home_lines(viewer: Viewer, limit: int) -> list[NoticeLine]:
    """Pinned first, then the newest; two queries however long the list."""
    return [line_of(notice) for notice in queries.newest_of(viewer, limit)]


def line_of(notice: queries.MarkedNotice) -> NoticeLine:
    return NoticeLine(
        title=notice.title,
        url=reverse("messages:notice", args=[notice.public_id]),
        office=notice.office_name,
        published_at=notice.published_at or notice.created_at,
        is_unread=notice.is_unread,
        is_pinned=notice.pinned,
        must_read=notice.must_read,
        has_attachment=notice.has_attachment,
    )


registry.home_notices.add(
    HomeNotices(key="messages.notices", load=home_lines, url=lambda: reverse("messages:notices")),
)
registry.applications.add(
    Application(
        key="messages.notices",
        name=_("校内公告"),
        icon="megaphone",
        url=lambda: reverse("messages:notices"),
        section="personal",
        description=_("学校和各部门的通知"),
        order=20,
    ),
)
