"""Pure rules of membership: what is to be done for a person, and what the vendor's refusals mean."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

GRACE: Final = {"staff": timedelta(0), "student": timedelta(days=30)}
"""Between the end of the last affiliation and the removal."""
UNDO: Final = timedelta(hours=72)
CONSENT_VERSION: Final = "2026-11"
OURS: Final = 1000
"""Departments of ours have this number and the unit's id: below it are those that the school's clerk made by hand."""
ROOT: Final = 1
CAMPUS_NO: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{1,19}")
type Step = Literal["create", "update", "delete", "schedule", "keep", "nothing"]

WORDS: Final[Mapping[int, Text]] = {
    -1: _("企业微信自己出错了，会自动再试"),
    40001: _("密钥不对：请核对密钥文件"),
    40013: _("企业号（corp_id）不对：请核对学校文件的 [wecom]"),
    40003: _("账号不合企业微信的规则"),
    40014: _("凭证被反复拒绝：请看是否有别的程序在用同一个密钥"),
    42001: _("凭证被反复判为过期：请看是否有别的程序在用同一个密钥"),
    41001: _("没有带上凭证：请看是否有代理改了地址"),
    45009: _("超过企业微信的调用频率，会自动再试"),
    45033: _("同时调用太多，会自动再试"),
    48002: _("这个应用没有通讯录权限"),
    48009: _("通讯录同步的权限变了：请在管理后台重新开通“通讯录同步”"),
    60003: _("部门还没有建好，会自动再试"),
    60011: _("没有权限：请在管理后台核对应用的可见范围"),
    60020: _("调用地址不在企业可信 IP 里：请在管理后台添加本机的出口地址"),
    60102: _("企业微信里已有这个账号"),
    60103: _("手机号不合规则：请到人事处或学工处更正"),
    60104: _("手机号已被企业里另一人使用：请到人事处或学工处更正"),
    60111: _("企业微信里没有这个账号"),
    60129: _("手机号和邮箱都没有，开不了账号：请到人事处或学工处补登手机号"),
    81013: _("收件人都不在企业里"),
    301002: _("没有权限用这个应用：请在管理后台核对 agent_id 和企业可信 IP"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How a person should stand in the contact book. `leaves_on`: all is over, and this is the last day there; not `is_placed`:
    he is of the school, and no unit is on record: he is left as he stands. `by_mail`: he has not agreed that his phone goes out, so that his
    account is made by his address of the school's mail."""

    person_id: int
    userid: str
    name: str
    unit_id: int
    departments: tuple[int, ...]
    phone_index: bytes
    by_mail: bool = False
    leaves_on: date | None = None
    is_placed: bool = True

    @property
    def has_contact(self) -> bool:
        return self.by_mail or bool(self.phone_index)

    @property
    def digest(self) -> bytes:
        contact = "mail" if self.by_mail else self.phone_index.hex()
        facts = [self.userid, self.name, sorted(self.departments), contact]
        return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).digest()


def words_of(code: int, said: str) -> str:
    """With the code before them; code 0: no answer of theirs, the words say all."""
    return f"{code} {meaning_of(code, said)}" if code else said


def meaning_of(code: int, said: str) -> str:
    """What is wrong, and what to do about it."""
    known = WORDS.get(code)
    return str(known or _("企业微信没有照办，它的原话是“%(said)s”，错误码见它的开发文档") % {"said": said})


def leaves_on(kind: str, ended_on: date) -> date:
    """The last day is a day of membership: removed from the day after on, students after their grace."""
    return ended_on + GRACE.get(kind, timedelta(0))


def step_for(*, wanted: Wanted | None, state: str, pushed: bytes | None, today: date) -> Step:
    """What is to be done. `state`: of the member, "" where there is none. Who left by himself is not invited again."""
    is_there = state not in {"", "removed"}
    if wanted is None or wanted.leaves_on is not None:
        is_due = wanted is None or (wanted.leaves_on is not None and wanted.leaves_on < today)
        return ("delete" if is_due else "schedule") if is_there else "nothing"
    if state == "left":
        return "nothing"
    if not wanted.is_placed:
        return "keep" if is_there else "nothing"
    if not is_there or pushed is None:
        return "create"
    return "keep" if pushed == wanted.digest or not wanted.has_contact else "update"


MINUTE: Final = 15
"""Messages to a member in a minute by the clock: so never more than 30 in any sixty seconds, where Tencent drops the rest in silence."""
HOUR: Final = 10
"""Beyond so many in an hour they are told together, but for what is urgent."""
