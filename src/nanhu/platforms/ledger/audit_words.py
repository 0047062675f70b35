"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "ledger.new_signing_key": _("更换账本签名密钥"),
    "ledger.post": _("记账"),
    "ledger.reverse": _("冲销"),
}
