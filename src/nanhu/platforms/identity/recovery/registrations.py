"""What account recovery declares: its card on 账号安全, its check for the doctor."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.platforms.identity import security_cards
from nanhu.platforms.identity.channels import verified_channels
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.recovery import ways


@security_cards.add
def contacts_card(account: Account) -> security_cards.SecurityCard:
    masked = [channel.masked for channel in verified_channels(account)]
    return security_cards.SecurityCard(
        title=_("找回用的手机和邮箱"),
        icon="smartphone",
        text="、".join(dict.fromkeys(masked)) if masked else _("还没有验证过的手机或邮箱"),
        url=reverse("identity:contacts"),
        action=_("查看并验证"),
        order=40,
    )


ways.add(
    ways.Way(
        key="passkey",
        title=_("通行密钥"),
        text=_("指纹、面容、屏幕锁或安全密钥"),
        icon="fingerprint-pattern",
        url_name="identity:reset_passkey",
    )
)
