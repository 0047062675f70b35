"""Why a source could not be read, in words for an office: what is wrong, and who can mend it. What the other side itself said stands in
brackets behind it."""

import errno
import re
from typing import Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel import outgoing_words

SAID: Final = (
    (re.compile(r"host key (.*)"), _("对方的主机密钥不是约定的那一个，可能换了机器，也可能有人冒充：%s")),
    (re.compile(r"> (\d+) files"), _("文件夹里的文件超过 %s 个：请对方移走旧的")),
    (re.compile(r"(?:more than|>) (\d+) bytes"), _("对方一次给得太多，超过 %s 字节：接口请分页，文件请分开")),
    (re.compile(r"^private key()"), _("私钥读不出来：要整段、没有口令的 OpenSSH 或 PEM 私钥%s")),
    (re.compile(r"PermissionDenied()"), _("对方不让登录或不让读：用户名、口令或权限不对%s")),
    (re.compile(r"SFTPNoSuchFile()"), _("对方没有这个文件夹或文件%s")),
)
STATES: Final = (
    (re.compile(r"0|08...|2002|2003|2006|2013|2055"), _("连不上这个数据库，或连接断了")),
    (re.compile(r"28...|1045|2061"), _("用户名或密码不对，或不许从这里登录")),
    (re.compile(r"42501|1044|1142|1143|1227"), _("这个账号没有读的权限")),
    (re.compile(r"3D000|1049"), _("没有这个库")),
    (re.compile(r"42P01|42703|1054|1146"), _("没有这张表或这一列：对方改过结构")),
    (re.compile(r"57014|1205|1969|3024"), _("查询太久，被对方停下")),
    (re.compile(r"53...|57...|1040|1053|1203|1226"), _("对方的数据库停了、正在启动，或连接已满")),
)
"""By SQLSTATE, or by MariaDB's number."""
UNNUMBERED: Final = (
    (re.compile(r"authentication failed|no pg_hba\.conf entry"), "28000"),
    (re.compile(r"database .* does not exist"), "3D000"),
)
"""What PostgreSQL says before there is a session comes without its SQLSTATE."""


def in_words(away: OSError) -> str:
    """Of a line that failed, without a path of this server."""
    said = " ".join((str(away) if away.filename is None else str(away.strerror)).split())[:160]
    if away.filename is not None or away.errno == errno.ENOSPC:
        return f"{_('我们这边的文件写不下或读不了：请告诉信息中心')}（{type(away).__name__}: {said}）"
    found = next(((words, match[1]) for known, words in SAID if (match := known.search(said))), None)
    reason = str(found[0]) % found[1] if found else outgoing_words.kind_in_words(type(away))
    return f"{reason}（{type(away).__name__}: {said}）"


def status_in_words(status: int) -> str:
    return f"{outgoing_words.status_in_words(status) or _('对方没有给出行')}（HTTP {status}）"


def database_in_words(state: str, said: str) -> str:
    """`said`: what may be shown of its own words."""
    state = state or next((one for known, one in UNNUMBERED if known.search(said)), "")
    found = next((words for known, words in STATES if known.fullmatch(state)), None)
    return f"{_('对方的数据库报错') if found is None else found}（{said}）"


def required_setting(statement: str) -> str:
    """What the other side has to do first."""
    return str(_("对方要先设好：%s") % statement)
