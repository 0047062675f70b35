"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "datahub.decide_different": _("确认为不同的人"),
    "datahub.import": _("导入数据"),
    "datahub.mend_row": _("修正数据行"),
    "datahub.open_row": _("查看原始数据行"),
    "datahub.part_again": _("重新拆分档案"),
    "datahub.replay": _("重新处理数据行"),
    "datahub.roll_back": _("撤回批次"),
}
