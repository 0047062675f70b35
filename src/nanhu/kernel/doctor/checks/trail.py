"""The audit log's seals: rows that wait for theirs, and what the last verification found."""

from datetime import timedelta

from django.utils.translation import gettext as _

from nanhu.kernel import clock
from nanhu.kernel.audit.verification import unsealed
from nanhu.kernel.configuration import configuration
from nanhu.kernel.doctor.checks import fail, ok, warn
from nanhu.kernel.models import AuditCheck
from nanhu.kernel.registry import CheckResult

WAITING_WARNED, WAITING_REFUSED = timedelta(minutes=5), timedelta(minutes=30)
LOOK_LIMIT = timedelta(hours=36)


def check_audit_seals() -> CheckResult:
    last = AuditCheck.objects.order_by("-at", "-id").first()
    if last is not None and last.faults:
        return fail(
            _("审计日志与封印不符：{fault}").format(fault=last.faults[0]),
            _("运行 nanhu audit verify，保全现场和备份，报告审计管理员；不要自行改动。"),
        )
    waiting, since = unsealed()
    delay = clock.now() - since if since is not None else timedelta()
    if delay > WAITING_WARNED:
        return (fail if delay > WAITING_REFUSED else warn)(
            _("有 {count} 行审计日志还没有封印，最早的在 {minutes} 分钟前。").format(
                count=waiting, minutes=int(delay.total_seconds() // 60)
            ),
            _("看后台进程是否在运行，以及是否有开了很久的事务（pg_stat_activity）。"),
        )
    if not configuration().demo and (last is None or clock.now() - last.at > LOOK_LIMIT):
        return warn(_("审计日志最近没有核验过。"), _("后台进程每夜核验；也可运行 nanhu audit verify。"))
    return ok(_("审计日志已封印，没有积压。"))
