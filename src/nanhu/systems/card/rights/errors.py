"""Expected failures of this part."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class UnknownRightError(CampusError):
    code = "card.unknown_right"
    sentence = _("没有“{right}”这项权限。")
    field = "right"
