"""The `nanhu` command: Django's management commands, with the embedded database running where it is needed."""

import atexit
import os
import sys
from importlib import metadata

from nanhu.kernel.call_stack import in_one_piece
from nanhu.kernel.garbage import loading

WITHOUT_DATABASE = {"help", "--help", "translations", "collectstatic", "sample"}

AS_OWNER = {
    "migrate",
    "makemigrations",
    "sqlmigrate",
    "showmigrations",
    "squashmigrations",
    "flush",
    "dbshell",
    "shell",
    "run",
    "demo",
    "backup",
    "restore",
    "database",
    "keys",
    "audit",
    "hub_views",
}
"""Commands that make or change tables, or rows which nobody else may touch. All others have the worker's rights."""


CHECKED = {"makemigrations", "run"}
"""Commands that look through the program first, every model and page of it (a second): one that `make lint` runs, and the start. `check`
and `migrate` look by themselves."""

LONGEST_QUESTION = 2
"""Words of `nanhu help`; what follows asks for one command."""
HELP = """\
南湖智慧校园。用法：nanhu 命令 [参数]；nanhu help 命令 说明一个命令。

运行
  demo          样例校园：没有数据就先造，然后运行到 Ctrl-C
  run           迁移数据库，运行网页、网关和后台
  worker        只运行后台任务
  doctor        检查这套系统：哪里不对，怎么处理
  read_only     应急只读：启用、结束、看现在的状态
  version       这一版程序的版本号

数据和密钥
  migrate       把数据库表升到这一版程序
  backup        不停机备份数据库、密钥和文件
  restore       从备份恢复
  database      看各进程的数据库权限，或重新授予
  keys          看加密密钥，换新密钥
  files         存入的文件：列出、保全、解除保全
  audit         审计日志：封印、核对、导出、归档
  ledger        总账：核对封印、试算平衡、逐日根值

身份
  accounts      看、解锁、重置、停用账号，授予和收回角色
  oidc_keys     OpenID Connect 的签名密钥
  saml_keys     SAML 的签名密钥
  radius_key    为 FreeRADIUS 或 Dovecot 生成密钥和配置
  network_vpn_config  写出 VPN 网关（ocserv）按人群的路由
  network_radius_clients  写出登记的接入设备，作为 FreeRADIUS 的客户端
  network_web_gates  写出网页入口（Apache）的配置：校外用浏览器打开单个系统
  network_read_old_system  读入留用的旧认证系统（radacct、深澜、锐捷）的上网记录

业务
  datahub       数据清洗：导入、批次、问题、重放、回退、来龙去脉
  hub_views     按共享授权建好数据库视图
  calendar      校历的例外日
  draw          公平抽签：列出、公布文件、核验程序
  terminal      停用、启用终端，换终端密钥
  card_field    登记或撤去商户、消费机、自助终端、门

样例和开发
  sample        生成样例校园的各部门文件
  card_vendor   样例厂商；card_emulator、card_kiosks、card_doors、card_chips、card_outside：各模拟设备的配置
  translations  英文译文：更新、编译、检查

其余都是 Django 的命令：nanhu help --commands 列出全部。
"""


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanhu.project.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command in {"help", "--help", "-h"} and len(sys.argv) <= LONGEST_QUESTION:
        sys.stdout.write(HELP)
        return
    if command in {"version", "--version"}:
        sys.stdout.write(f"{metadata.version('nanhu')}\n")
        return
    os.environ.setdefault("NANHU_DATABASE_ROLE", "owner" if command in AS_OWNER else "worker")
    if command == "demo":
        os.environ.setdefault("NANHU_DEMO", "1")
        hold_data_folder()
        lay_template()
    if command == "doctor":
        look_as_the_running_campus()
    if command not in WITHOUT_DATABASE:
        ensure_database()
    with loading():
        import django
        from django.core.management import BaseCommand, execute_from_command_line

        django.setup()
    if command not in CHECKED:
        BaseCommand.requires_system_checks = ()
    in_one_piece(execute_from_command_line, sys.argv)


def hold_data_folder() -> None:
    """Ends here while another sample campus runs in this folder, or still stops."""
    from nanhu.kernel.configuration import configuration
    from nanhu.kernel.processes import data_folder

    folder = configuration().data_dir
    if not data_folder.hold(folder):
        sys.exit(
            f"这里已有一个样例校园在运行，或正在停下：{folder}\n先在它的窗口按 Ctrl-C 并等它停完，或用 NANHU_DATA_DIR 换一个文件夹。"
        )


def lay_template() -> None:
    """An empty data folder of a sample campus becomes a copy of one that was filled before, where there is one."""
    from nanhu.kernel.configuration import configuration
    from nanhu.sample.demo import template

    template.lay(configuration())


def look_as_the_running_campus() -> None:
    """Beside a running sample campus its settings are meant: a shell knows nothing of what `nanhu demo` chose for itself."""
    from nanhu.kernel.configuration import read_configuration
    from nanhu.kernel.processes.report import is_demo_running

    if "NANHU_DEMO" not in os.environ and is_demo_running(read_configuration(os.environ).data_dir):
        os.environ["NANHU_DEMO"] = "1"


def ensure_database() -> None:
    """Start the embedded server unless it runs; who starts it stops it. What a supervisor runs leaves that to it."""
    if "NANHU_PROCESS" in os.environ:
        return
    from nanhu.kernel.configuration import configuration
    from nanhu.kernel.database import embedded

    settings = configuration()
    if settings.is_database_embedded and embedded.start(settings.data_dir):
        atexit.register(embedded.stop, settings.data_dir)
        atexit.register(close_connections)


def close_connections() -> None:
    """Before the server stops: what still holds it would complain."""
    from django.db import connection

    connection.close()
    if pool := getattr(connection, "pool", None):
        pool.close()


if __name__ == "__main__":
    main()
