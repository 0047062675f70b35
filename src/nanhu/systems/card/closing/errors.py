"""Expected failures of closing, settlement and corrections."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class StatementTooLongError(CampusError):
    code = "card.statement_too_long"
    http_status = 409
    sentence = _("一份对账单最多 {days} 天，请分段下载。")
