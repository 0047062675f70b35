"""Why a door opened or not, in words for its screen and for the guard. Also what is remarkable although it opened."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OPENED: Final[dict[str, str | Promise]] = {
    "allowed": _("请进"),
    "leaving": _("请慢走"),
    "emergency": _("紧急开门，请通行"),
    "button": _("出门按钮"),
}
REFUSED: Final[dict[str, str | Promise]] = {
    "card_unknown": _("不认识这张卡"),
    "card_lost": _("这张卡已挂失"),
    "card_frozen": _("这张卡已冻结"),
    "card_expired": _("这张卡已过期"),
    "card_replaced": _("这张卡已补办新卡"),
    "card_closed": _("这张卡已注销"),
    "not_yet_valid": _("这张卡还没有到启用日"),
    "no_right": _("这类卡没有门禁权限"),
    "no_rule": _("您没有这里的通行权限"),
    "rule_denies": _("现在不能从这里进入"),
    "passed_back": _("上次进入后没有出来的记录，请找值班员"),
    "code_wrong": _("这个码无效，请在手机上重新打开"),
    "code_expired": _("这个码已过期，请刷新"),
    "code_used": _("这个码已经用过，请刷新"),
    "code_revoked": _("这部手机的码已停用"),
    "code_offline": _("门禁断网，请刷卡"),
    "list_old": _("门禁断网太久，请找值班员"),
}
REMARKS: Final[dict[str, str | Promise]] = {
    **REFUSED,
    "passed_back": _("未刷出再次进入"),
    "no_entry": _("未刷入直接离开"),
    "unheard": _("未收到联机结果，由门本地判断"),
}


def sentence_of(code: str) -> str:
    return str(OPENED.get(code) or REFUSED.get(code) or code)


def remark_of(code: str) -> str:
    return str(REMARKS.get(code, code))
