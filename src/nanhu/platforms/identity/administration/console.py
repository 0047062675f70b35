"""The console (账号管理) and the accounts that its pages are about, as far as the viewer may see them."""

from collections.abc import Callable
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Console, PageRequest
from nanhu.platforms.identity.administration.policies import (
    DESK,
    Act,
    acts_of,
    administrators_among,
    holder_of,
    scope_of,
    visible_to,
)
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.policies import AUDITOR, ROLES

desk = Console(
    "identity:accounts",
    _("账号管理"),
    icon="user-cog",
    owner=_("信息中心"),
    description=_("查找账号，解锁、柜台重置、停用与批量办理"),
    roles=[ROLES[key] for key in (*DESK, AUDITOR)],
    menu=DESK,
    order=40,
    styles=["identity/administration.css"],
)


def account_of(request: PageRequest, public_id: UUID) -> Account:
    return get_object_or_404(visible_to(scope_of(holder_of(request.viewer))), public_id=public_id)


def account_to(act: Act) -> Callable[[PageRequest, UUID], Account]:
    """The account, if the viewer may do this with it; else there is no such page."""

    def find(request: PageRequest, public_id: UUID) -> Account:
        account = account_of(request, public_id)
        is_administrator = bool(administrators_among([account.pk]))
        if act not in acts_of(holder_of(request.viewer), account, is_administrator=is_administrator):
            raise Http404
        return account

    return find
