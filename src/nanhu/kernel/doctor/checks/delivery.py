"""What is sent to people: is there a provider of text messages, a mail server, and do they take what we send?"""

from datetime import timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from nanhu.kernel.clock import now
from nanhu.kernel.configuration import configuration
from nanhu.kernel.delivery import texts
from nanhu.kernel.doctor.checks import ok, warn
from nanhu.kernel.models import MailMessage, SmsMessage
from nanhu.kernel.registry import CheckResult, Verdict

LOOKED_BACK = timedelta(hours=24)
LATE = timedelta(minutes=5)


def check_sms() -> CheckResult:
    moment = now()
    known, recent = texts.line(), SmsMessage.objects.filter(created_at__gt=moment - LOOKED_BACK)
    counts = recent.aggregate(
        all=Count("id"),
        failed=Count("id", filter=Q(state="failed")),
        late=Count("id", filter=Q(state="queued", created_at__lt=moment - LATE)),
    )
    if known.provider is None:
        return CheckResult(
            verdict=Verdict.FAIL if counts["all"] else Verdict.WARN,
            message=_("没有短信服务商，一天里有 {count} 条短信没有发出：{why}").format(
                count=counts["all"], why=known.reason
            ),
            remedy=_(
                "设置 NANHU_SMS_PROVIDER 和学校文件的 [sms]，见运维手册“短信”。在此之前激活、找回密码、领卡都没有短信。"
            ),
        )
    if counts["late"] or counts["failed"]:
        last = recent.exclude(error="").order_by("-id").values_list("error", flat=True).first()
        return CheckResult(
            verdict=Verdict.FAIL if counts["late"] or counts["failed"] * 2 > counts["all"] else Verdict.WARN,
            message=_("一天里 {all} 条短信，{failed} 条失败，{late} 条过了五分钟还没发出：{why}").format(
                **counts, why=last or ""
            ),
            remedy=_("按服务商给的原因处理：余额、签名和模板的审核、密钥；发不出的会自己再试。"),
        )
    return CheckResult(
        verdict=Verdict.OK, message=_("短信都交给了服务商（一天里 {count} 条）。").format(count=counts["all"])
    )


def check_mail() -> CheckResult:
    if not configuration().mail_server and not configuration().demo:
        return warn(_("没有邮件服务器：邮箱验证码发不出去"), _("设置 NANHU_MAIL_SERVER 和 NANHU_MAIL_FROM。"))
    failed = MailMessage.objects.filter(state="failed", created_at__gt=now() - LOOKED_BACK).order_by("-id")
    if last := failed.values_list("error", flat=True).first():
        return warn(
            _("一天里 {count} 封邮件没有送达：{why}").format(count=failed.count(), why=last),
            _("按邮件服务器给的原因处理；发不出的三天内自己再试。"),
        )
    return ok(_("验证码和通知有邮件服务器可用"))
