"""What the portal, the doctor, the copy of my data and the school's file know of the mobile campus."""

from django.urls import reverse
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.configuration import configuration
from nanhu.kernel.registry import Check, CheckResult, FactCopies, MessageChannel, OfflinePage, PersonalData, Verdict
from nanhu.kernel.school import school
from nanhu.services.mobile import desk, mine, personnel, queries  # noqa: F401  (their pages enter themselves)
from nanhu.services.mobile.adapters import choice
from nanhu.services.mobile.adapters.wecom import resting, tokens
from nanhu.services.mobile.adapters.wecom.line import line
from nanhu.services.mobile.rules import words_of
from nanhu.services.mobile.services import members, reaching, sending


def callbacks_amiss() -> CheckResult | None:
    waiting = queries.unhandled_callbacks()
    if waiting > 1:
        return CheckResult(
            verdict=Verdict.WARN,
            message=say("%(n)s 条回调没有处理") % {"n": waiting},
            remedy=say("看后台进程是否在运行。"),
        )
    if queries.hears_nothing():
        return CheckResult(
            verdict=Verdict.WARN,
            message=say("邀请发出一天多了，企业微信一次回调也没有来：谁加入、谁退出都不知道"),
            remedy=say("在它的管理后台核对接收消息的地址、Token 和 EncodingAESKey，并看防火墙放不放它进来。"),
        )
    return None


def check_line() -> CheckResult:
    """Token, secret and trusted address in one: a line that stopped says which."""
    if line() is None:
        return CheckResult(verdict=Verdict.OK, message=say("没有接入企业微信"))
    stopped = tokens.stopped()
    if stopped is not None:
        words = words_of(stopped.stopped_code, "")
        return CheckResult(
            verdict=Verdict.FAIL, message=words, remedy=say("改好后到“企业微信通讯录”按“重新取凭证再试”。")
        )
    if found := next(resting.troubles(), None):
        return CheckResult(
            verdict=Verdict.WARN,
            message=say("企业微信接连没有照办：%(why)s") % {"why": found.why},
            remedy=say("会自动再试；一小时还不好，看“企业微信通讯录”的调用记录，或问企业微信。"),
        )
    if (amiss := callbacks_amiss()) is not None:
        return amiss
    if not configuration().demo and not school().table("wecom").members.get("verify"):
        return CheckResult(
            verdict=Verdict.WARN,
            message=say("没有写可信域名的校验文件，企业微信里点不开门户"),
            remedy=say("把 WW_verify_….txt 里的串写进学校文件的 [wecom] verify。"),
        )
    return CheckResult(verdict=Verdict.OK, message=say("企业微信正常"))


def check_callback() -> CheckResult:
    """In a demo the emulator calls back by itself."""
    found = line()
    if found is None or configuration().demo:
        return CheckResult(verdict=Verdict.OK, message=say("没有接入企业微信"))
    if words := reaching.trouble(found):
        return CheckResult(
            verdict=Verdict.WARN,
            message=words,
            remedy=say("核对学校的公开地址、域名解析和前面的代理：企业微信打不进来时，谁加入、谁退出都不知道。"),
        )
    return CheckResult(verdict=Verdict.OK, message=say("企业微信的回调地址从本机打得开"))


registry.checks.add(
    Check(key="mobile.wecom", title=_("企业微信"), run=check_line, order=80),
    Check(key="mobile.callback", title=_("企业微信回调地址"), run=check_callback, order=81),
)
registry.message_channels.add(
    MessageChannel(
        key="wecom",
        title=_("企业微信"),
        icon="message-circle",
        reaches=queries.reached,
        send=sending.send,
        look=sending.look,
        recall=sending.recall,
        is_on=choice.is_on,
        hint=_("先在“移动校园”里开通企业微信。"),
        order=10,
    )
)
registry.fact_copies.add(FactCopies(key="mobile.member", title=_("企业微信通讯录"), load=members.copies_of, order=20))
registry.offline_pages.add(OfflinePage(key="mobile.entered", address=lambda: reverse("mobile:entered"), ends=True))
registry.personal_data.add(
    PersonalData(key="mobile.membership", title=_("企业微信：成员"), load=queries.membership_records, order=80),
    PersonalData(key="mobile.bindings", title=_("企业微信：绑定"), load=queries.binding_records, order=81),
    PersonalData(key="mobile.consents", title=_("企业微信：同意"), load=queries.consent_records, order=82),
)
