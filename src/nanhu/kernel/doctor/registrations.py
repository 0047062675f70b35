"""The kernel's own checks, in the order in which an operator should mend what they find."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.delivery.choice import table as sms_table
from nanhu.kernel.doctor.checks import database, delivery, files, school, secrecy, trail, web, work
from nanhu.kernel.proposals import read_days
from nanhu.kernel.registry import Check, SchoolRules
from nanhu.kernel.school import school as own_school

WITHOUT_DATABASE = frozenset(
    {
        database.KEY,
        "kernel.disk",
        "kernel.data_dir",
        "kernel.secret_key",
        "kernel.debug",
        "kernel.hosts",
        "kernel.catalogues",
        "kernel.processes",
        "kernel.guards",
        "kernel.school",
    }
)

registry.checks.add(
    Check(key=database.KEY, title=_("数据库"), run=database.check_database, order=1),
    Check(key="kernel.durability", title=_("断电安全"), run=database.check_durability, order=2),
    Check(key="kernel.migrations", title=_("数据库结构"), run=database.check_migrations, order=3),
    Check(key="kernel.database_roles", title=_("数据库权限"), run=database.check_roles, order=4),
    Check(key="kernel.jit", title=_("查询编译"), run=database.check_jit, order=4),
    Check(key="kernel.clock", title=_("时钟"), run=database.check_clock, order=5),
    Check(key="kernel.disk", title=_("磁盘空间"), run=files.check_disk, order=10),
    Check(key="kernel.data_dir", title=_("数据目录"), run=files.check_data_dir, order=11),
    Check(key="kernel.keyring", title=_("密钥环"), run=secrecy.check_keyring, order=20),
    Check(key="kernel.key_use", title=_("密钥使用"), run=secrecy.check_key_use, order=21),
    Check(key="kernel.secret_key", title=_("签名密钥"), run=secrecy.check_secret_key, order=22),
    Check(key="kernel.processes", title=_("进程"), run=work.check_processes, order=29),
    Check(key="kernel.guards", title=_("连接看守"), run=work.check_guards, order=29),
    Check(key="kernel.read_only", title=_("应急只读"), run=work.check_read_only, order=28),
    Check(key="kernel.worker", title=_("后台进程"), run=work.check_worker, order=30),
    Check(key="kernel.outbox", title=_("事件投递"), run=work.check_outbox, order=31),
    Check(key="kernel.stuck_events", title=_("失败的事件"), run=work.check_stuck_events, order=32),
    Check(key="kernel.audit", title=_("审计封印"), run=trail.check_audit_seals, order=35),
    Check(key="kernel.carried_roots", title=_("抄录的根"), run=trail.check_carried_roots, order=36),
    Check(key="kernel.backup", title=_("备份"), run=work.check_backup, order=40),
    Check(key="kernel.school", title=_("学校配置文件"), run=school.check_school_file, order=45),
    Check(key="kernel.debug", title=_("调试模式"), run=web.check_debug, order=50),
    Check(key="kernel.hosts", title=_("主机名和加密"), run=web.check_hosts, order=51),
    Check(key="kernel.sms", title=_("短信"), run=delivery.check_sms, order=61),
    Check(key="kernel.mail", title=_("邮件"), run=delivery.check_mail, order=62),
    Check(key="kernel.catalogues", title=_("英文界面"), run=web.check_catalogues, order=60),
)
registry.school_rules.add(SchoolRules(key="kernel.school", read=own_school), SchoolRules(key="sms", read=sms_table))
registry.school_rules.add(SchoolRules(key="proposals", read=read_days))
