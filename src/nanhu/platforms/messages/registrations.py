"""What the portal shows of notices."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import (
    Application,
    Hit,
    HomeNotices,
    Inbox,
    NoticeLine,
    PersonalData,
    Searchable,
    Tile,
    TileContent,
    Viewer,
)
from nanhu.platforms.messages import inbox, queries
from nanhu.platforms.messages.services import choosing

HOME_SHOWN = 3


def home_lines(viewer: Viewer, limit: int) -> list[NoticeLine]:
    """Pinned first, then the newest; two queries however long the list."""
    return [line_of(notice) for notice in queries.newest_of(viewer, limit)]


def line_of(notice: queries.MarkedNotice) -> NoticeLine:
    return NoticeLine(
        title=notice.title,
        url=registry.address_of("messages:notice", notice.public_id),
        office=notice.office_name,
        published_at=notice.published_at or notice.created_at,
        is_unread=notice.is_unread,
        is_pinned=notice.pinned,
        must_read=notice.must_read,
        has_attachment=notice.has_attachment,
    )


def unread_tile(viewer: Viewer) -> TileContent | None:
    """The newest that is unread; the same number as at the bell."""
    count = inbox.unread_of(viewer) if viewer.person_id is not None else 0
    if not count:
        return None
    newest = inbox.newest_unread(viewer, HOME_SHOWN)
    return TileContent(
        value=str(count),
        caption=_("条未读"),
        url=registry.address_of("inbox:mine:messages"),
        lines=tuple(one.title for one in newest),
        tone="attention" if any(one.is_pressing for one in newest) else "plain",
    )


def found(viewer: Viewer, text: str, limit: int) -> list[Hit]:
    """Notices that this reader may read: those with all the words in their title first, then the newest."""
    notices = queries.with_words(viewer, text, limit)
    return [
        Hit(
            key=str(one.public_id),
            title=one.title,
            url=reverse("messages:notice", args=[one.public_id]),
            detail=one.office_name,
            icon="megaphone",
        )
        for one in notices
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
    HomeNotices(key="messages.notices", load=home_lines, url=lambda: registry.address_of("messages:notices")),
)
registry.tiles.add(
    Tile(key="messages.unread", title=_("消息"), load=unread_tile, icon="bell", faces=registry.ALL_FACES, order=8)
)
registry.inboxes.add(
    Inbox(
        key="messages",
        url=lambda: registry.address_of("inbox:mine:messages"),
        badge=lambda: registry.address_of("inbox:badge"),
    )
)
registry.personal_data.add(
    PersonalData(
        key="messages.mine",
        title=_("我的消息"),
        load=inbox.records_of,
        description=_("学校发给您的消息：时间、内容、何时读过"),
        order=70,
    ),
    PersonalData(
        key="messages.choices",
        title=_("我要怎样收消息"),
        load=choosing.records_of,
        description=_("语言、免打扰和汇总的时间，每类消息走哪些渠道，收推送的浏览器"),
        order=71,
    ),
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
