"""What the portal shows of notices."""

from urllib.parse import urlencode

from django.db.models import Case, Q, When
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import Application, Hit, HomeNotices, NoticeLine, Searchable, Viewer
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


def found(viewer: Viewer, text: str, limit: int) -> list[Hit]:
    """Notices that this reader may read: those with all the words in their title first, then the newest."""
    asked = queries.title_condition(text)
    if asked is None:
        return []
    best = Case(When(Q(upper_title__contains=text.upper()), then=0), default=1)
    notices = queries.visible_to(viewer).alias(upper_title=Upper("title")).filter(asked)
    notices = notices.order_by(best, "-published_at", "-pk")
    return [
        Hit(
            key=str(one.public_id),
            title=one.title,
            url=reverse("messages:notice", args=[one.public_id]),
            detail=one.office_name,
            icon="megaphone",
        )
        for one in notices.select_related("office").defer("body")[:limit]
    ]


registry.searchables.add(
    Searchable(
        key="messages.notices",
        title=_("公告"),
        icon="megaphone",
        load=found,
        more=lambda text: f"{reverse('messages:notices')}?{urlencode({'q': text})}",
        order=40,
    )
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
        section="service",
        description=_("学校和各部门的通知"),
        order=20,
    ),
)
