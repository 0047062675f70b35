"""What runs behind the pages: the worker, the outbox, the backup."""

from datetime import datetime, timedelta

from django.db.models import Min
from django.utils.translation import gettext as _

from nanhu.kernel import clock, read_only
from nanhu.kernel.configuration import configuration
from nanhu.kernel.connection_shares import silent_processes
from nanhu.kernel.doctor.checks import fail, ok, warn
from nanhu.kernel.jobs.companions import HEARTBEAT_PREFIX
from nanhu.kernel.jobs.signs import WORKER
from nanhu.kernel.models import EventDelivery, Heartbeat, Outage
from nanhu.kernel.processes.report import ProcessState, reported_processes
from nanhu.kernel.registry import CheckResult
from nanhu.kernel.ui.dates import time_words

BACKUP = "backup"
HEARTBEAT_LIMIT = timedelta(seconds=60)
COMPANION_LIMIT = timedelta(minutes=5)
LAG_WARNED, LAG_REFUSED = timedelta(minutes=1), timedelta(minutes=10)
STUCK_ATTEMPTS = 5
OFTEN_ENDED = 3
BACKUP_LIMIT = timedelta(hours=36)


def check_processes() -> CheckResult:
    """What the supervisor of this machine says of its processes; without one, systemd or another looks after them."""
    reported = reported_processes(configuration().data_dir)
    if reported is None:
        return ok(_("这台机器上的进程不由 nanhu run 看管。"))
    ill = [one for one in reported if one.state != "serving" or one.failures >= OFTEN_ENDED]
    if not ill:
        return ok(_("{count} 个进程都在服务。").format(count=len(reported)))
    are_starting = all(one.state == "starting" and not one.failures for one in ill)
    return (warn if are_starting else fail)(
        "；".join(_state_of(one) for one in ill),
        _("程序会自己等待和重新启动；一直不好时，原因在数据目录 logs 里同名的日志末尾。"),
    )


def _state_of(one: ProcessState) -> str:
    words = {
        "serving": _("{key} 反复退出（{failures} 次）"),
        "starting": _("{key} 正在启动（{seconds} 秒）"),
        "silent": _("{key} 没有应答（{seconds} 秒）"),
        "ended": _("{key} 已退出，等待重新启动（{failures} 次）"),
    }
    return words[one.state].format(key=one.key, seconds=one.seconds, failures=one.failures)


def check_guards() -> CheckResult:
    """Bounds on connections and slow bodies are held by a thread of each web process: one that fails each time lets one address fill it."""
    silent = silent_processes(configuration().data_dir)
    if not silent:
        return ok(_("各个网页进程的连接数和慢请求都有人看着。"))
    return fail(
        _("网页进程 {numbers} 一分钟没有清点过自己的连接。").format(numbers="、".join(map(str, silent))),
        _("原因在数据目录 logs 里 web.log 的末尾；重新启动网页进程后再看。"),
    )


def check_read_only() -> CheckResult:
    """Nobody may forget that it lasts."""
    spell = read_only.current()
    if spell is None:
        return ok(_("应急只读没有启用。"))
    return warn(
        _("应急只读已启用（{when}）：{reason}").format(when=_ago(spell.began_at), reason=spell.reason),
        _("恢复以后由两人在“应急只读”页面结束，或在本机执行 nanhu read_only off。"),
    )


def check_worker() -> CheckResult:
    seen_at = _last_seen(WORKER)
    if seen_at is None or clock.now() - seen_at > HEARTBEAT_LIMIT:
        when = _("从未") if seen_at is None else _ago(seen_at)
        return fail(
            _("后台进程没有在运行（最近一次：{when}）。").format(when=when),
            _("启动它：nanhu worker（systemd：systemctl start nanhu-worker）。在此之前没有新卡、账号和通知。"),
        )
    if seen_at > clock.now() + HEARTBEAT_LIMIT:
        return fail(
            _("后台进程最近一次的时间是 {when}，比现在还晚：这台机器的时钟现在不对，或当时不对。").format(
                when=time_words(seen_at)
            ),
            _(
                "先校准时钟（timedatectl）。现在的时钟准确时：到那个时间为止停机不会被发现，期限不会顺延；"
                "停下后台进程，删去数据库里 kernel_heartbeat 表的 worker 一行，再启动。"
            ),
        )
    silent = Heartbeat.objects.filter(name__startswith=HEARTBEAT_PREFIX, seen_at__lt=clock.now() - COMPANION_LIMIT)
    if names := ", ".join(name.removeprefix(HEARTBEAT_PREFIX) for name in silent.values_list("name", flat=True)):
        return fail(
            _("后台进程在运行，但有任务不再工作：{names}。").format(names=names),
            _("看后台进程的日志；任务会自己重新开始，一直出错时重启后台进程并报告。"),
        )
    if (outage := _long_outage()) is not None:
        return warn(
            _("从 {began} 到 {ended} 没有后台进程在运行，超过 {days} 天，期限没有自动顺延。").format(
                began=time_words(outage.began_at), ended=time_words(outage.ended_at), days=Outage.LONGEST.days
            ),
            _(
                "时钟错过的，不用处理；确实停了这么久的，请各部门自己看一遍待办的期限。这一条过 {days} 天不再提示。"
            ).format(days=Outage.LONGEST.days),
        )
    return ok(_("后台进程在运行。"))


def _long_outage() -> Outage | None:
    """That nothing was given back for, as long as it is news."""
    ended = Outage.objects.filter(ended_at__range=(clock.now() - Outage.LONGEST, clock.now()))
    return ended.exclude(pk__in=Outage.believed()).order_by("-ended_at").first()


def check_outbox() -> CheckResult:
    """How long the oldest due event has been waiting; in the read-only mode, of those that go on."""
    waiting = EventDelivery.objects.filter(delivered_at=None, due_at__lte=clock.now())
    resting = 0
    if read_only.is_on():
        going_on = list(read_only.goes_on().subscribers)
        resting = waiting.exclude(subscriber__in=going_on).count()
        waiting = waiting.filter(subscriber__in=going_on)
    oldest = waiting.aggregate(oldest=Min("due_at"))["oldest"]
    lag = clock.now() - oldest if oldest else timedelta()
    if lag > LAG_WARNED:
        return (fail if lag > LAG_REFUSED else warn)(
            _("有 {count} 个事件在等待投递，最早的到期于 {when}。").format(count=waiting.count(), when=_ago(oldest)),
            _("看后台进程是否在运行、日志里是否有错误；大批导入之后稍等即可。"),
        )
    if resting:
        return warn(
            _("应急只读期间有 {count} 个事件等着，结束以后投递。").format(count=resting),
            _("这是应急只读的安排；改密码、停用账号这类事件照常投递。"),
        )
    return ok(_("事件投递没有积压。"))


def check_stuck_events() -> CheckResult:
    stuck = EventDelivery.objects.filter(delivered_at=None, attempts__gte=STUCK_ATTEMPTS).select_related("event")
    count = stuck.count()
    worst = stuck.order_by("-attempts").first()
    if worst is not None:
        return fail(
            _("有 {count} 个事件反复投递失败，例如 {event} → {subscriber}：{error}").format(
                count=count, event=worst.event.name, subscriber=worst.subscriber, error=worst.error[:200]
            ),
            _("按错误信息改正数据或程序；程序会自己再试，最长间隔一小时。"),
        )
    return ok(_("没有反复失败的事件。"))


def check_backup() -> CheckResult:
    seen_at = _last_seen(BACKUP)
    if configuration().demo:
        return ok(_("样例校园，不需要备份。"))
    if seen_at is None or clock.now() - seen_at > BACKUP_LIMIT:
        when = _("从未") if seen_at is None else _ago(seen_at)
        return warn(
            _("最近一次备份：{when}。").format(when=when),
            _("每天运行 nanhu backup --to 目录，并把备份抄到另一台机器。"),
        )
    return ok(_("最近一次备份：{when}。").format(when=_ago(seen_at)))


def _last_seen(name: str) -> datetime | None:
    return Heartbeat.objects.filter(name=name).values_list("seen_at", flat=True).first()


def _ago(moment: datetime) -> str:
    minutes = int((clock.now() - moment).total_seconds() // 60)
    return _("{minutes} 分钟前").format(minutes=minutes)
