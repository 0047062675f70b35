"""The audit log's seals: rows that wait for theirs, and what the last verification found."""

from datetime import timedelta

from django.utils.translation import gettext as _

from nanhu.kernel import clock
from nanhu.kernel.audit.verification import unsealed
from nanhu.kernel.configuration import configuration
from nanhu.kernel.doctor.checks import fail, ok, warn
from nanhu.kernel.models import AuditCheck
from nanhu.kernel.registry import CheckResult
from nanhu.kernel.sealing.carrying import CarriedRootsError, kept_file, missing, roots_in

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


def check_carried_roots() -> CheckResult:
    """Each root that was kept must stand in its chain: whoever holds database and keyring can seal anew, but not take these back."""
    path = kept_file()
    if not path.exists():
        return ok(_("还没有抄录的根，今夜起抄录到 {path}。").format(path=path))
    try:
        lost = missing(roots_in(path))
    except (CarriedRootsError, OSError, UnicodeDecodeError) as problem:
        return fail(
            _("抄录的根读不出来：{problem}").format(problem=problem),
            _("把文件保全下来，与另一台机器抄录的比对；不要删改。"),
        )
    if lost:
        return fail(
            _("{chain} 的封印链被重新封过：里面没有抄录的根 {root}。").format(
                chain=lost[0].chain, root=lost[0].root[:24]
            ),
            _("保全现场、备份和印出的日结单，报告审计管理员；不要自行改动。"),
        )
    return ok(_("抄录的根都在封印链里。"))
