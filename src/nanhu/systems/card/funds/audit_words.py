"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.audit.words import Lookup, named_in
from nanhu.kernel.registry import Text
from nanhu.systems.card.funds.models import CardReissue, Claimable, ClaimOrder, Funding

ACTIONS: dict[str, Text] = {
    "card.approve_payout": _("批准批量发放"),
    "card.ask_for_withdrawal": _("申请退卡内余额"),
    "card.authorise_write": _("授权写卡"),
    "card.begin_claim": _("开始领款"),
    "card.begin_reissue": _("开始补卡"),
    "card.credit": _("入账"),
    "card.deduct": _("扣款"),
    "card.discard_payout": _("放弃批量发放"),
    "card.finish_claim": _("完成领款"),
    "card.make_payout": _("登记批量发放"),
    "card.open_funding": _("设置经费来源"),
    "card.post_payout": _("批量发放入账"),
    "card.refuse_payout": _("驳回批量发放"),
    "card.return_claimable": _("退回未领款"),
    "card.submit_payout": _("提交批量发放"),
    "card.untold_write": _("芯片有未如实回报的写卡"),
    "card.withdrawal_approved": _("批准退余额"),
    "card.withdrawal_paid": _("余额已退"),
    "card.withdrawal_refused": _("驳回退余额"),
}
TARGETS: dict[str, Text] = {
    "claim": _("领款"),
    "funding": _("经费"),
}
"""By what stands before the colon."""
NAMES: dict[str, Lookup] = {
    "funding": named_in(Funding, "code", "name"),
}
FACTS: dict[str, Text] = {
    "by": _("办理方式"),
    "chip_fen": _("卡上金额"),
    "claimable": _("待领款"),
    "claimables": _("待领款"),
    "counter": _("计数器"),
    "funding": _("经费"),
    "withdrawal": _("提现"),
}
VALUES: dict[str, dict[str, Text]] = {
    "source": dict(Claimable.Source.choices),
    "card.finish_claim state": dict(ClaimOrder.State.choices),
    "card.finish_claim by": dict(ClaimOrder.Settled.choices),
    "reason": dict(CardReissue.Reason.choices),
}
"""Of facts whose values are words of the program."""
