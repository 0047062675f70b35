"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text
from nanhu.systems.card.rights.services.deciding import REASONS

ACTIONS: dict[str, Text] = {
    "card.verify_identity": _("核验持卡人"),
    "card.verify_nothing": _("核验未找到"),
}
WHOLE_TARGETS: dict[str, Text] = {
    "card:unknown": _("不认识的卡"),
}
FACTS: dict[str, Text] = {
    "place": _("地点"),
    "result": _("结果"),
}
VALUES: dict[str, dict[str, Text]] = {
    "result": dict(REASONS),
}
"""Of facts whose values are words of the program."""
