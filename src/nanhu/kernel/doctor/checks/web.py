"""What the world sees: no error pages for developers, known host names, TLS, English compiled."""

from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from nanhu.kernel.configuration import configuration
from nanhu.kernel.doctor.checks import fail, ok, warn
from nanhu.kernel.registry import CheckResult
from nanhu.kernel.translations.rooms import common, rooms

LOCAL_NAMES = {"localhost", "127.0.0.1", "::1"}


def is_public() -> bool:
    return urlsplit(configuration().public_url).hostname not in LOCAL_NAMES


def check_debug() -> CheckResult:
    if settings.DEBUG:
        return (fail if is_public() else warn)(
            _("调试模式是开着的：出错页会泄露程序和数据。"), _("删去 NANHU_DEBUG，重新启动。")
        )
    if configuration().demo and is_public():
        return fail(
            _("样例校园的后门在公开地址上开着。"), _("删去 NANHU_DEMO，换一个新的数据目录；样例账号的密码是公开的。")
        )
    return ok(_("调试模式已关闭。"))


def check_hosts() -> CheckResult:
    if "*" in settings.ALLOWED_HOSTS:
        return fail(
            _("任何主机名都被接受：密码邮件里的链接可以伪造。"), _("在 NANHU_ALLOWED_HOSTS 里只写学校自己的域名。")
        )
    address = configuration().public_url
    if is_public() and urlsplit(address).scheme != "https":
        return fail(
            _("{address} 没有加密：密码和会话会被旁人读到。").format(address=address),
            _("让反向代理提供 TLS（见 docs/operations.md），把 NANHU_PUBLIC_URL 改为 https。"),
        )
    return ok(_("主机名和地址正确：{address}").format(address=address))


def check_catalogues() -> CheckResult:
    stale = [
        room.folder.name
        for room in (*rooms(), common())
        if room.catalogue.exists()
        and (
            not room.catalogue.with_suffix(".mo").exists()
            or room.catalogue.with_suffix(".mo").stat().st_mtime < room.catalogue.stat().st_mtime
        )
    ]
    if stale:
        return warn(_("英文界面不完整：{rooms}").format(rooms=", ".join(stale)), "nanhu translations compile")
    return ok(_("英文界面已编译。"))
