"""What the pages of administration share: who looks, whom he may see, the tabs he has."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.kernel.actors import Actor, actor_of
from nanhu.kernel.clock import CAMPUS_ZONE
from nanhu.kernel.registry import Viewer
from nanhu.platforms.identity.administration.policies import (
    ADMIN,
    AUDITOR,
    CLERK,
    DESK,
    SECURITY,
    Act,
    Holder,
    acts_of,
    administrators_among,
    holder_of,
    scope_of,
    visible_to,
)
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.policies import has_role

TABS = (
    ("accounts", DESK, "identity:admin_accounts"),
    ("bulk", DESK, "identity:bulk"),
    ("roles", (SECURITY, AUDITOR), "identity:admin_roles"),
    ("sign_ins", (SECURITY, AUDITOR), "identity:sign_ins"),
    ("audit", (AUDITOR,), "identity:audit"),
)
__all__ = ["ADMIN", "CLERK"]


def viewer_of(request: HttpRequest) -> Viewer:
    """The pages stand behind `role_required`: there is one."""
    return request.viewer  # type: ignore[attr-defined,no-any-return]


def holder_at(request: HttpRequest) -> Holder:
    return holder_of(viewer_of(request))


def by_of(request: HttpRequest) -> Actor:
    """With the name that the log should show."""
    actor = actor_of(request)
    return replace(actor, name=viewer_of(request).name)


def account_or_404(request: HttpRequest, public_id: UUID) -> Account:
    account = visible_to(scope_of(holder_at(request))).filter(public_id=public_id).first()
    if account is None:
        raise Http404
    return account


def account_to(request: HttpRequest, public_id: UUID, act: Act) -> Account:
    """The account, if the viewer may do this with it; else there is no such page."""
    account = account_or_404(request, public_id)
    if act not in acts_with(request, account):
        raise Http404
    return account


def acts_with(request: HttpRequest, account: Account) -> frozenset[Act]:
    is_administrator = bool(administrators_among([account.pk]))
    return acts_of(holder_at(request), account, is_administrator=is_administrator)


def tabs_of(request: HttpRequest) -> list[tuple[str, str, str]]:
    names = {
        "accounts": _("账号"),
        "bulk": _("批量办理"),
        "roles": _("角色"),
        "sign_ins": _("登录日志"),
        "audit": _("审计"),
    }
    viewer = viewer_of(request)
    return [
        (key, names[key], reverse(url)) for key, roles, url in TABS if any(has_role(viewer, role) for role in roles)
    ]


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def span_of(request: HttpRequest, *, default: tuple[datetime, datetime]) -> tuple[datetime, datetime]:
    """From and to in the address are days of the campus, both included."""
    first, last = day_of(request.GET.get("first", "")), day_of(request.GET.get("last", ""))
    begins = datetime.combine(first, time(), CAMPUS_ZONE) if first else None
    ends = datetime.combine(last, time(), CAMPUS_ZONE) + timedelta(days=1) if last else None
    if begins is None and ends is None:
        return default
    ends = ends or default[1]
    return begins or ends - timedelta(days=1), ends


def plain(text: str, longest: int = 60) -> str:
    return text.replace("\0", "").strip()[:longest]
