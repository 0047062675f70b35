"""What the portal shows of counting to those who count, and what the room hears of it."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import Occurrence, Viewer
from nanhu.systems.assets import photos
from nanhu.systems.assets.counting import queries, views
from nanhu.systems.assets.services import rolling_back


def last_days(viewer: Viewer, since: date, until: date) -> Iterator[Occurrence]:
    """Until when what somebody counts has to be counted."""
    for one in views.counted_by(viewer):
        if since <= one.ends_on <= until:
            yield Occurrence(
                uid=f"assets.count.{one.public_id}",
                title=say("盘点最后一天：%(title)s") % {"title": one.title},
                starts=one.ends_on,
                ends=one.ends_on + timedelta(days=1),
                changed_at=one.opened_at or one.created_at,
                url=reverse("assets:counter", args=[one.public_id]),
            )


registry.calendar_feeds.add(
    registry.CalendarFeed(key="assets.counts", title=_("资产盘点的期限"), load=last_days, order=61)
)
registry.menu_sources.add(registry.MenuSource(key="assets.count", load=views.menu))
registry.waiting_work.add(
    registry.WaitingWork(key="assets.count", title=_("资产盘点"), office=_("国资处"), load=views.waiting, order=49)
)
photos.openers.append(queries.counts_what_shows)
rolling_back.uses.append(queries.seen_of)
