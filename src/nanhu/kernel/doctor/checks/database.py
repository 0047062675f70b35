"""Is the database there, the right one, and set so that an acknowledged payment survives a power cut?"""

from datetime import timedelta

import psycopg
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from nanhu.kernel import clock
from nanhu.kernel.configuration import configuration
from nanhu.kernel.database.roles import PREFIX, PROCESSES
from nanhu.kernel.database.values import all_rows, one_value
from nanhu.kernel.doctor.checks import fail, ok, warn
from nanhu.kernel.registry import CheckResult

KEY = "kernel.database"
NEEDED_VERSION = 18
CONNECT_SECONDS = 5
SKEW_WARNED, SKEW_REFUSED = timedelta(seconds=1), timedelta(seconds=5)
TOO_MIGHTY = """
    SELECT DISTINCT a.application_name, r.rolname FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid
    WHERE a.datname = current_database() AND replace(a.application_name, '-', '_') = ANY(%s)
      AND (r.rolsuper OR EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relname = 'django_migrations'))
    ORDER BY 1, 2"""
SAFE_COMMITS = {"on", "remote_write", "remote_apply"}


def check_database() -> CheckResult:
    """By a connection of its own, because the pool would wait long for a server that is not there."""
    try:
        with psycopg.connect(configuration().database_url, connect_timeout=CONNECT_SECONDS) as one:
            version = one.info.server_version // 10_000
    except psycopg.Error as problem:
        return fail(
            _("数据库连不上：{problem}").format(problem=str(problem).strip().splitlines()[0]),
            _(
                "检查 DATABASE_URL、服务器是否在运行、防火墙和 pg_hba.conf；用内嵌数据库时看数据目录里的 postgres/server.log。"
            ),
        )
    if version < NEEDED_VERSION:
        return fail(
            _("数据库是 PostgreSQL {version}，需要 {needed}。").format(version=version, needed=NEEDED_VERSION),
            _("先做备份，再用 pg_upgrade 或备份恢复升级到 PostgreSQL {needed}。").format(needed=NEEDED_VERSION),
        )
    return ok(_("PostgreSQL {version} 可以连接。").format(version=version))


def check_durability() -> CheckResult:
    wrong = [f"{name} = {value}" for name, value in _settings("fsync", "full_page_writes").items() if value != "on"]
    commit = _settings("synchronous_commit")["synchronous_commit"]
    if commit not in SAFE_COMMITS:
        wrong.append(f"synchronous_commit = {commit}")
    if wrong:
        return fail(
            _("断电会丢失已经确认的交易：{settings}").format(settings=", ".join(wrong)),
            _("在 postgresql.conf 里把 fsync、full_page_writes、synchronous_commit 设为 on，然后重新加载。"),
        )
    return ok(_("提交会写到磁盘。"))


def check_roles() -> CheckResult:
    """Of the processes' own connections: commands and this examination may have more rights."""
    mighty = [
        f"{name} ({role})" for name, role in all_rows(TOO_MIGHTY, [[f"{PREFIX}{process}" for process in PROCESSES]])
    ]
    if mighty:
        return fail(
            _("这些进程以数据库所有者或超级用户的身份工作：{processes}").format(processes="、".join(mighty)),
            _(
                "按 docs/operations.md 的“数据库角色”为每个进程建立自己的角色，然后重启：nanhu database roles 列出缺少的。"
            ),
        )
    return ok(_("每个进程只有自己需要的数据库权限。"))


def check_jit() -> CheckResult:
    if _settings("jit")["jit"] != "off":
        return warn(
            _("jit 是开着的：短查询会慢几十倍。"),
            _("执行 ALTER DATABASE … SET jit = off（经连接池时，程序自己的设置到不了服务器）。"),
        )
    return ok(_("jit 已关闭。"))


def check_clock() -> CheckResult:
    before = clock.now()
    there = one_value("SELECT clock_timestamp()")
    after = clock.now()
    skew = abs(there - (before + (after - before) / 2))
    if skew > SKEW_WARNED:
        return (fail if skew > SKEW_REFUSED else warn)(
            _("程序和数据库的时钟相差 {seconds} 秒。").format(seconds=round(skew.total_seconds(), 1)),
            _("在每台机器上启用时间同步（chrony 或 systemd-timesyncd）。票据和验证码按时钟失效。"),
        )
    return ok(_("程序和数据库的时钟一致。"))


def check_migrations() -> CheckResult:
    executor = MigrationExecutor(connection)
    pending = [
        f"{one.app_label}.{one.name}" for one, _backwards in executor.migration_plan(executor.loader.graph.leaf_nodes())
    ]
    if pending:
        return fail(
            _("有 {count} 个数据库迁移没有执行：{names}").format(count=len(pending), names=", ".join(pending[:5])),
            _("先备份，再运行 nanhu migrate。"),
        )
    return ok(_("数据库结构是最新的。"))


def _settings(*names: str) -> dict[str, str]:
    return dict(all_rows("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(names)]))
