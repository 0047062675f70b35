"""What the portal, the search, the copy of my data and the school's file know of lost and found."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from nanhu.kernel import registry
from nanhu.kernel.registry import Look, PersonalData, SchoolRules, Searchable, Tile, TileContent, Viewer
from nanhu.services.lostfound import board, keeping_desk, queries, review_desk  # noqa: F401  (their pages enter themselves)
from nanhu.services.lostfound.school_file import school_file
from nanhu.services.lostfound.services import reporting
from nanhu.services.lostfound.services.looking import LOOK


def my_things(viewer: Viewer) -> TileContent | None:
    """Nothing for who neither looks for a thing nor has an answer to give."""
    counts = queries.counts_of(viewer)
    if not (counts.open or counts.waiting):
        return None
    lines = (
        (counts.claims, ngettext("%(n)s 个认领等您答复", "%(n)s 个认领等您答复", counts.claims)),
        (counts.unread, ngettext("%(n)s 段留言没读", "%(n)s 段留言没读", counts.unread)),
        (counts.unsigned, ngettext("%(n)s 件等您签收", "%(n)s 件等您签收", counts.unsigned)),
    )
    return TileContent(
        value=str(counts.open),
        caption=_("件在寻找中"),
        source=say("失物招领"),
        url=reverse("lostfound:board:mine"),
        tone="attention" if counts.waiting else "plain",
        lines=tuple(words % {"n": count} for count, words in lines if count),
    )


registry.tiles.add(Tile(key="lostfound.mine", title=_("我的失物"), load=my_things, order=60, icon="package-search"))
registry.looks.add(
    Look(key=LOOK, what=_("失物招领里留的电话")), Look(key=reporting.LOOK, what=_("失物招领里被举报的留言"))
)
registry.searchables.add(
    Searchable(
        key="lostfound.items",
        title=_("失物招领"),
        icon="package-search",
        load=queries.found_by_text,
        more=lambda text: f"{reverse('lostfound:board:square')}?{urlencode({'q': text})}",
        order=60,
    )
)
registry.personal_data.add(
    PersonalData(key="lostfound.items", title=_("失物招领：我发布的"), load=queries.item_records, order=70),
    PersonalData(key="lostfound.messages", title=_("失物招领：我写的留言"), load=queries.message_records, order=71),
    PersonalData(key="lostfound.claims", title=_("失物招领：我的认领"), load=queries.claim_records, order=72),
    PersonalData(key="lostfound.looks", title=_("失物招领：我看过的电话"), load=queries.look_records, order=73),
    PersonalData(key="lostfound.hand_overs", title=_("失物招领：我领走的"), load=queries.hand_over_records, order=74),
    PersonalData(key="lostfound.reports", title=_("失物招领：我的举报"), load=queries.report_records, order=75),
    PersonalData(key="lostfound.bars", title=_("失物招领：停用留言"), load=queries.bar_records, order=76),
)
registry.school_rules.add(SchoolRules(key="lostfound", read=school_file))
