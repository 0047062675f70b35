"""What this room writes into the audit log, in words."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.registry import Text

ACTIONS: dict[str, Text] = {
    "ledger.new_signing_key": _("更换账本签名密钥"),
    "ledger.post": _("记账"),
    "ledger.reverse": _("冲销"),
}
TARGETS: dict[str, Text] = {
    "ledger_entry": _("总账分录"),
    "ledger_signing_key": _("总账签名密钥"),
}
"""By what stands before the colon."""
FACTS: dict[str, Text] = {
    "public": _("公钥"),
}
