"""Expected failures of this room."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.errors import CampusError


class InsufficientFundsError(CampusError):
    """A guarded account would fall below its floor."""

    code = "ledger.insufficient_funds"
    http_status = 409
    sentence = _("账户余额不足。")


class EntryKeyReusedError(CampusError):
    """The same idempotency key came with other money."""

    code = "ledger.entry_key_reused"
    http_status = 409
    sentence = _("这个业务编号已经用于另一笔账，不能再用。")


class UnknownAccountError(CampusError):
    code = "ledger.unknown_account"
    http_status = 404
    sentence = _("账户 {code} 不存在。")


class UnknownEntryError(CampusError):
    code = "ledger.unknown_entry"
    http_status = 404
    sentence = _("没有找到要冲正的那笔账。")


class AlreadyReversedError(CampusError):
    code = "ledger.already_reversed"
    http_status = 409
    sentence = _("这笔账已经冲正过了。")
