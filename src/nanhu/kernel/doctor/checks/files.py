"""The data folder: room on the disk, and who may read what lies in it."""

import os
import shutil
import stat
from pathlib import Path

from django.utils.translation import gettext as _

from nanhu.kernel.configuration import configuration
from nanhu.kernel.doctor.checks import fail, ok, warn
from nanhu.kernel.registry import CheckResult

GIB = 1024**3
SPACE_WARNED, SPACE_REFUSED = 5 * GIB, 1 * GIB
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def check_disk() -> CheckResult:
    folder = configuration().data_dir
    usage = shutil.disk_usage(folder)
    message = _("{folder} 所在磁盘还剩 {free} GiB（共 {total} GiB）。").format(
        folder=folder, free=round(usage.free / GIB, 1), total=round(usage.total / GIB, 1)
    )
    if usage.free < SPACE_WARNED:
        remedy = _("扩大磁盘，或清理旧备份和日志。数据库写满磁盘后会停止接受交易。")
        return (fail if usage.free < SPACE_REFUSED else warn)(message, remedy)
    return ok(message)


def check_data_dir() -> CheckResult:
    folder, secrets = configuration().data_dir, configuration().secrets_dir
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return fail(
            _("数据目录 {folder} 不能读写。").format(folder=folder),
            _("用 NANHU_DATA_DIR 指定运行程序的用户可以读写的目录，或用 chown 改正所有者。"),
        )
    if folder.stat().st_mode & stat.S_IWOTH:
        return fail(_("数据目录 {folder} 任何人都可写。").format(folder=folder), f"chmod o-w {folder}")
    open_to_others = [str(path) for path in readable_by_others(secrets)]
    if open_to_others:
        return fail(
            _("别的用户可以读到密钥：{paths}").format(paths=", ".join(open_to_others[:5])),
            f"chmod -R go= {secrets}",
        )
    return ok(_("数据目录的权限正确。"))


def readable_by_others(secrets: Path) -> list[Path]:
    """A folder closed to others protects what lies in it; one that is open needs each file closed."""
    if not secrets.is_dir() or not secrets.stat().st_mode & OTHERS:
        return []
    return [path for path in sorted(secrets.rglob("*")) if path.is_file() and path.stat().st_mode & OTHERS]
