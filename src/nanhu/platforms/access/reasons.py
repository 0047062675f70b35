"""Why a door opened or not, in words for its screen and for the guard. Also what is remarkable although it opened.

What a credential was refused for by itself, its issuer says in words.
"""

from typing import Final

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.platforms.access import issuers

OPENED: Final[dict[str, Text]] = {
    "allowed": _("请进"),
    "leaving": _("请慢走"),
    "emergency": _("紧急开门，请通行"),
    "button": _("出门按钮"),
}
REFUSED: Final[dict[str, Text]] = {
    "card_unknown": _("不认识这张卡"),
    "place_closed": _("这里已停用"),
    "no_rule": _("您没有这里的通行权限"),
    "rule_denies": _("现在不能从这里进入"),
    "passed_back": _("上次进入后没有出来的记录，请找值班员"),
    "list_old": _("门禁断网太久，请找值班员"),
}
REMARKS: Final[dict[str, Text]] = {
    "passed_back": _("未刷出再次进入"),
    "no_entry": _("未刷入直接离开"),
    "unheard": _("未收到联机结果，由门本地判断"),
    "before_contact": _("早于门的上次联系，不计入任何人的通行"),
}


def sentences() -> dict[str, Text]:
    return {**dict(issuers.refusals()), **OPENED, **REFUSED}


def is_known(code: str) -> bool:
    return code in sentences()


def sentence_of(code: str) -> str:
    return str(sentences().get(code, code))


def remark_of(code: str) -> str:
    return str(REMARKS.get(code) or sentence_of(code))
