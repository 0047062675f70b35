"""Roles of lost and found, and who sees which item."""

from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.clock import campus_today
from nanhu.kernel.registry import Role, Viewer
from nanhu.services.lostfound.models import WITHHELD, AbuseReport, Claim, Item

REVIEWER: Final = "lostfound.reviewer"
CHIEF: Final = "lostfound.chief"
KEEPER: Final = "lostfound.keeper"
REVIEW_ROLES: Final = (
    Role(key=REVIEWER, name=_("失物招领审核"), description=_("审核发布的失物、处理举报；不审自己的")),
    Role(key=CHIEF, name=_("失物招领审核负责人"), description=_("审核超时的提醒；也可以审核")),
)
KEEPER_ROLE: Final = Role(
    key=KEEPER, name=_("失物保管"), description=_("失物招领处的柜台：收下、核对特征、凭证件交还并签收；大额现金和卡证")
)


def on_board(today: Any = None) -> Q:
    return Q(state=Item.State.OPEN, hidden_at=None, expires_on__gte=today or campus_today())


def is_on_board(item: Item) -> bool:
    return item.state == Item.State.OPEN and item.hidden_at is None and item.expires_on >= campus_today()


def visible_to(viewer: Viewer) -> QuerySet[Item]:
    """What is on the board, one's own, and what one has claimed or was handed: the words that passed the review, not what came after."""
    mine = Q(author_id=viewer.account_id) | Q(hand_over__receiver_id=viewer.account_id)
    claimed = Q(claims__claimer_id=viewer.account_id, hidden_at=None, answer="") & ~Q(state__in=WITHHELD)
    return Item.objects.filter(on_board() | mine | claimed).distinct()


def reviewable_by(account_id: Any) -> QuerySet[Item]:
    """What waits for a second person's eye, who has not reported it himself."""
    reported = AbuseReport.objects.filter(item=OuterRef("pk"), author_id=account_id)
    return Item.objects.filter(~Exists(reported), review_due_at__isnull=False).exclude(author_id=account_id)


def locked_items() -> QuerySet[Item]:
    return Item.objects.filter(locked_at__isnull=False, state=Item.State.OPEN)


def unlockable_by(account_id: Any) -> QuerySet[Item]:
    """By nobody who published or claimed it."""
    claimed = Claim.objects.filter(item=OuterRef("pk"), claimer_id=account_id)
    return locked_items().filter(~Exists(claimed)).exclude(author_id=account_id)


def kept_at_desk() -> QuerySet[Item]:
    """What lies at the desk, or is to be handed in there."""
    return Item.objects.filter(keeper=Item.Keeper.DESK, kind=Item.Kind.FOUND) | Item.objects.filter(
        state=Item.State.GUARDED
    )
