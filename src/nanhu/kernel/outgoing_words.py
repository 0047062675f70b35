"""Why a call to another system failed, in words for an office: what is wrong, and who can mend it."""

import re
import socket
import ssl
from collections import deque
from http import HTTPStatus
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.outgoing import BadAnswerError, CallRefusedError

KINDS: Final[tuple[tuple[type[OSError], str | Promise], ...]] = (
    (BadAnswerError, _("对方的回答没有传完，或不是约定的样子")),
    (CallRefusedError, _("这个地址不许连：校外的要用公网地址和 https，校内的主机要由学校先列出")),
    (ssl.SSLError, _("加密连接没有建成：对方的证书不可信、过期或不是它的")),
    (socket.gaierror, _("找不到这台主机：名字不对，或域名解析不通")),
    (TimeoutError, _("等了太久，对方没有回答")),
    (ConnectionRefusedError, _("连不上：那台主机的这个端口没有服务")),
    (ConnectionError, _("连接断了，没有读完")),
    (OSError, _("连不上")),
)
"""The first that fits."""
STATUS: Final = re.compile(r"BadAnswerError: HTTP (\d{3})\b")
"""A failure that was a whole answer, and no good."""


def kind_in_words(kind: type[OSError]) -> str | Promise:
    return next(words for known, words in KINDS if issubclass(kind, known))


def kind_named(name: str) -> type[OSError] | None:
    """Of a failure that was written down under the name of its class; None for one that is none of the line's."""
    left: deque[type[OSError]] = deque([OSError])
    while left:  # Python's own before those of libraries that are called alike
        one = left.popleft()
        if one.__name__ == name:
            return one
        left += one.__subclasses__()
    return None


def in_words(problem: str) -> str:
    """Of a failure that was written down as "its class: what it said": its sentence, with that in brackets behind it. Anything else is a sentence
    already."""
    if answered := STATUS.match(problem):
        return f"{status_in_words(int(answered[1])) or _('对方没有照办')}（{problem}）"
    kind = kind_named(problem.partition(":")[0])
    return problem if kind is None else f"{kind_in_words(kind)}（{problem}）"


def status_in_words(status: int) -> str | Promise:
    """Of an answer that is no good; empty where its number says nothing in particular."""
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return _("对方不让读：密钥不对、过期，或没有权限")
    if status == HTTPStatus.NOT_FOUND:
        return _("对方没有这个地址")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _("对方说问得太勤")
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return _("对方让去别的地址，没有跟去：请把地址改成新的")
    return _("对方的系统出错了") if status >= HTTPStatus.INTERNAL_SERVER_ERROR else ""
