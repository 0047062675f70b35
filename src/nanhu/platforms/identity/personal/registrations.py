"""What identity keeps about a person, for the copy of their data and their access tokens; and their cards on 账号安全."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanhu.kernel import registry
from nanhu.kernel.clock import now
from nanhu.kernel.ui import dates
from nanhu.platforms.identity import security_cards
from nanhu.platforms.identity.models import Account, PrivacyConsent, RoleGrant, SsoGrant, SsoSession
from nanhu.platforms.identity.personal.models import AccessToken, AppPassword
from nanhu.platforms.identity.personal.queries import looks_at, looks_of
from nanhu.platforms.identity.security_cards import SecurityCard

LOOKS_IN_A_COPY = 5000


def account_records(owner: registry.Owner, _since: datetime | None) -> Iterator[dict[str, Any]]:
    account = Account.objects.get(pk=owner.account_id)
    consents = PrivacyConsent.objects.filter(account=account).order_by("created_at")
    roles = RoleGrant.objects.filter(account=account).order_by("created_at")
    yield {
        "account": str(account.public_id),
        "state": account.state,
        "created_at": account.created_at,
        "password_changed_at": account.password_changed_at,
        "privacy_consents": [f"{one.version} {dates.iso_day(one.created_at)}" for one in consents],
        "roles": [f"{one.role} {dates.iso_day(one.created_at)}" for one in roles],
    }


def session_records(owner: registry.Owner, since: datetime | None) -> Iterator[dict[str, Any]]:
    found = SsoSession.objects.filter(account_id=owner.account_id).order_by("-created_at")
    for one in (found.filter(created_at__gte=since) if since else found).iterator():
        yield {
            "signed_in_at": one.created_at,
            "with": one.campus_no,
            "address": one.address,
            "browser": one.user_agent,
            "methods": one.methods,
            "ended_at": one.ended_at,
            "ended_how": one.ended_how,
        }


def application_records(owner: registry.Owner, since: datetime | None) -> Iterator[dict[str, Any]]:
    found = SsoGrant.objects.filter(session__account_id=owner.account_id).select_related("application")
    for one in (found.filter(created_at__gte=since) if since else found).order_by("-created_at").iterator():
        yield {"at": one.created_at, "application": one.application.name, "as": one.user_name, "protocol": one.protocol}


def look_records(owner: registry.Owner, since: datetime | None) -> Iterator[dict[str, Any]]:
    found = looks_at(Account.objects.get(pk=owner.account_id))
    entries = (found.filter(at__gte=since) if since else found)[:LOOKS_IN_A_COPY]
    for one in looks_of(list(entries)):
        told = {"at": one.at, "who": one.who or "system", "unit": one.unit, "what": one.what, "purpose": one.purpose}
        yield told | ({"while_merged_with_another": True} if one.is_shared else {})


registry.personal_data.add(
    registry.PersonalData(
        key="identity.account",
        title=gettext_lazy("账号"),
        load=account_records,
        order=20,
        description=gettext_lazy("状态、角色、同意过的告知"),
    ),
    registry.PersonalData(
        key="identity.sessions",
        title=gettext_lazy("登录记录"),
        load=session_records,
        order=21,
        description=gettext_lazy("何时、从哪里登录过"),
    ),
    registry.PersonalData(
        key="identity.applications",
        title=gettext_lazy("进入过的应用"),
        load=application_records,
        order=22,
        description=gettext_lazy("何时用统一身份进入了哪个应用"),
    ),
    registry.PersonalData(
        key="identity.looks",
        title=gettext_lazy("谁查看过我的信息"),
        load=look_records,
        order=23,
        description=gettext_lazy("别人何时因何看过您受保护的信息"),
    ),
)
registry.looks.add(
    registry.Look(key="people.reveal_phone", what=gettext_lazy("完整手机号")),
    registry.Look(key="people.reveal_id_number", what=gettext_lazy("完整证件号码")),
    registry.Look(key="identity.look_account", what=gettext_lazy("账号详情")),
)


def secrets_card(account: Account) -> SecurityCard:
    tokens = AccessToken.objects.filter(account=account, revoked_at=None, expires_at__gt=now()).count()
    passwords = AppPassword.objects.filter(account=account, revoked_at=None).count()
    return SecurityCard(
        title=_("令牌与应用专用密码"),
        icon="key-square",
        text=_("%(tokens)d 个访问令牌，%(passwords)d 个应用专用密码") % {"tokens": tokens, "passwords": passwords},
        url=reverse("identity:tokens"),
        action=_("管理"),
        order=300,
    )


def data_card(_account: Account) -> SecurityCard:
    return SecurityCard(
        title=_("我的数据"),
        icon="folder-down",
        text=_("谁查看过我的信息，我的数据副本"),
        url=reverse("identity:my_data"),
        action=_("查看"),
        order=400,
    )


security_cards.add(secrets_card)
security_cards.add(data_card)
