"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.systems.card.models import Merchant

REASONS: tuple[Text, ...] = (
    _("自助终端挂失（%(what)s）"),
    _("本人在网页上挂失"),
)
ACTIONS: dict[str, Text] = {
    "card.agree_merchant": _("同意开通商户"),
    "card.close_merchant": _("关闭商户"),
    "card.found": _("拾获卡片"),
    "card.refuse_by_phone": _("电话挂失核对未通过"),
    "card.refuse_merchant": _("驳回商户登记"),
    "card.register_merchant": _("登记商户"),
    "card.terminal_sequence": _("校正终端序号"),
}
FACTS: dict[str, Text] = {
    "canteen": _("食堂"),
    "ceiling": _("上限"),
    "is_closed": _("失败太多次，不再核对"),
    "kept_at": _("存放处"),
    "merchant": _("商户"),
}
VALUES: dict[str, dict[str, Text]] = {
    f"card.{deed}_merchant state": dict(Merchant.State.choices) for deed in ("agree", "close", "refuse", "register")
}
"""Of facts whose values are words of the program."""
