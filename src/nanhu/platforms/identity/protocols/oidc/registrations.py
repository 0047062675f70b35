"""What OpenID Connect declares: its teller of logouts, its panel in the registry, its card on 账号安全."""

from django.urls import reverse
from django.utils.translation import gettext as _

from nanhu.platforms.identity import panels, security_cards
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.protocols.oidc import panel
from nanhu.platforms.identity.protocols.oidc.logout import front_address, front_call, logout_call
from nanhu.platforms.identity.protocols.oidc.models import Consent
from nanhu.platforms.identity.services import front_channel, single_logout

single_logout.logout_calls["oidc"] = logout_call
front_channel.front_calls["oidc"], front_channel.reaches["oidc"] = front_call, front_address
panels.add(panel.PANEL)


@security_cards.add
def consents_card(account: Account) -> security_cards.SecurityCard:
    count = Consent.objects.filter(account=account, withdrawn_at=None).count()
    return security_cards.SecurityCard(
        title=_("授权过的应用"),
        icon="handshake",
        text=_("有 %(count)d 个应用经您同意使用您的信息") % {"count": count},
        url=reverse("identity:oidc_consents"),
        action=_("查看并撤销"),
        order=60,
    )
