"""What getting back in declares: its card on 账号安全, its check for the doctor."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.configuration import configuration
from nanhu.platforms.identity import security_cards
from nanhu.platforms.identity.models import Account
from nanhu.platforms.identity.recovery import ways
from nanhu.platforms.identity.recovery.channels import verified_channels


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


def check_mail() -> registry.CheckResult:
    if configuration().mail_server or configuration().demo:
        return registry.CheckResult(verdict=registry.Verdict.OK, message=str(_("验证码和通知有邮件服务器可用")))
    return registry.CheckResult(
        verdict=registry.Verdict.WARN,
        message=str(_("没有邮件服务器：邮箱验证码发不出去")),
        remedy=str(_("设置 NANHU_MAIL_SERVER 和 NANHU_MAIL_FROM。")),
    )


registry.checks.add(registry.Check(key="identity.mail", title=_("邮件"), run=check_mail, order=62))
ways.add(
    ways.Way(
        key="passkey",
        title=_("通行密钥"),
        text=_("指纹、面容、屏幕锁或安全密钥"),
        icon="fingerprint-pattern",
        url_name="identity:reset_passkey",
    )
)
