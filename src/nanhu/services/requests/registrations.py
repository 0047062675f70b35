"""What other rooms show of requests: files' purpose, who issued a bill, one's own requests on the home, in the copy of one's data, found."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from nanhu.kernel import registry
from nanhu.kernel.database.prepared import Given, Prepared
from nanhu.kernel.files.purposes import purposes
from nanhu.kernel.kit.waiting import own_count
from nanhu.kernel.logs import quiet_paths
from nanhu.kernel.registry import PersonalData, QuestionDesk, SchoolRules, Searchable, Tile, TileContent, Viewer
from nanhu.platforms.ledger import api as ledger
from nanhu.services.requests import queries
from nanhu.services.requests.models import Request
from nanhu.services.requests.models.requests import OPEN
from nanhu.services.requests.offices import read_offices
from nanhu.services.requests.services.filing import PHOTOS
from nanhu.services.requests.services.working import ISSUER

purposes.add(PHOTOS)
quiet_paths.add("/requests/anonymous/")
ledger.issuers.add(
    ledger.Issuer(key=ISSUER, name=_("服务大厅"), enquiries=_("不是您弄坏的，或金额不对，请联系服务大厅。")),
)


def under_way(person: Any) -> QuerySet[Request]:
    return Request.objects.filter(person=person, state__in=[*OPEN, Request.State.DONE])


count_under_way = own_count("requests.under_way", under_way)
MINE = Prepared(
    lambda: under_way(Given("person")).select_related("place__parent", "fault_class").order_by("-created_at")[:20]
)


def tile(viewer: Viewer) -> TileContent | None:
    """What is under way, and what waits for one's word; nothing where neither is."""
    if not count_under_way(viewer):
        return None
    mine = MINE(person=viewer.person_id or 0)
    if not mine:  # withdrawn meanwhile
        return None
    own_turn = [one for one in mine if one.state in {Request.State.DONE, Request.State.WAITING}]
    first = own_turn[0] if own_turn else mine[0]
    return TileContent(
        value=ngettext("%(n)s 件", "%(n)s 件", len(mine)) % {"n": len(mine)},
        caption=f"{first.title}：{first.get_state_display()}",
        source=_("服务大厅"),
        url=reverse("requests:hall:request", args=[first.public_id]),
        tone="attention" if own_turn else "plain",
        actions=((_("我要报修"), reverse("requests:hall:repair")),),
    )


def asking(text: str) -> str:
    return f"{reverse('requests:hall:policy')}?{urlencode({'say': text})}"


registry.question_desks.add(QuestionDesk(key="requests.policy", address=asking))
registry.tiles.add(Tile(key="requests.mine", title=_("我的请求"), load=tile, order=60, icon="wrench"))
registry.personal_data.add(
    PersonalData(
        key="requests.mine",
        title=_("服务请求"),
        load=queries.records_of,
        description=_("报修、咨询、投诉、反映：编号、状态、内容；匿名的不在其中，没有人知道是谁的"),
    )
)
registry.searchables.add(
    Searchable(key="requests.mine", title=_("我的请求"), icon="wrench", load=queries.request_hits, order=60)
)
registry.school_rules.add(SchoolRules(key="requests", read=read_offices))
registry.looks.add(registry.Look(key="requests.reveal_phone", what=_("报修时留的电话")))
