"""Expected failures of reading an invoice."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class InvoiceUnreadError(CampusError):
    http_status = 409
    code = "invoices.unread"
    field = "file"
    sentence = _("没有读成：{why}。请从税务平台下载原件再交（XML 最可靠），或者照着填。")
