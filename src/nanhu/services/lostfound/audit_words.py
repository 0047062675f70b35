"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.audit.words import Lookup, named_in
from nanhu.kernel.registry import Text
from nanhu.services.lostfound.models import Claim, HandOver, Item

REASONS: tuple[Text, ...] = (_("失物招领：%(what)s"), _("登记交给的人说没有领"))
ACTIONS: dict[str, Text] = {
    "lostfound.publish": _("发布失物"),
    "lostfound.mend": _("改好失物再发"),
    "lostfound.approve": _("失物审核通过"),
    "lostfound.reject": _("失物驳回"),
    "lostfound.report": _("举报失物"),
    "lostfound.unlock": _("解开失物认领"),
    "lostfound.settle": _("改失物状态"),
    "lostfound.reopen": _("失物重新寻找"),
    "lostfound.keep_oneself": _("改为自己保管失物"),
    "lostfound.bring_in": _("改为交到失物招领处"),
    "lostfound.prolong": _("延长失物"),
    "lostfound.claim": _("认领失物"),
    "lostfound.decide_claim": _("答复失物认领"),
    "lostfound.lock": _("锁定失物认领"),
    "lostfound.begin_conversation": _("失物站内留言"),
    "lostfound.close_conversation": _("结束失物留言"),
    "lostfound.report_conversation": _("举报失物留言"),
    "lostfound.read_reported": _("看被举报的失物留言"),
    "lostfound.judge_conversation": _("处理被举报的失物留言"),
    "lostfound.bar": _("停用失物留言"),
    "lostfound.object_to_bar": _("申诉停用失物留言"),
    "lostfound.answer_bar": _("答复停用失物留言的申诉"),
    "lostfound.show_phone": _("看失物里的电话"),
    "lostfound.hand_in": _("收下失物"),
    "lostfound.hand_over": _("交还失物"),
    "lostfound.sign": _("签收失物"),
    "lostfound.take_back": _("收回交错的失物"),
    "lostfound.dispose": _("移交无人认领的失物"),
    "lostfound.receive_card": _("收下捡到的校园卡"),
    "lostfound.expire": _("失物到期隐藏"),
    "lostfound.alarm": _("失物审核超时提醒"),
    "lostfound.show_unreviewed": _("失物超时先显示"),
    "lostfound.forget_phone": _("删除失物里的电话"),
    "lostfound.remove": _("删除一年前的失物"),
}
TARGETS: dict[str, Text] = {
    "lostfound-item": _("失物"),
}
NAMES: dict[str, Lookup] = {
    "lostfound-item": named_in(Item, "public_id", "words"),
}
FACTS: dict[str, Text] = {
    "lifted": _("恢复留言"),
    "shelf": _("格位"),
    "slip": _("签收单号"),
    "seen_document": _("核对的证件"),
}
VALUES: dict[str, dict[str, Text]] = {
    "kind": dict(Item.Kind.choices),
    "category": dict(Item.Category.choices),
    "state": {**dict(Item.State.choices), **dict(Claim.State.choices)},
    "seen_document": dict(HandOver.Document.choices),
}
