from django.utils.translation import gettext_lazy as _

from nanhu.kernel import rooms


class LedgerConfig(rooms.Room):
    name = "nanhu.platforms.ledger"
    label = "ledger"
    verbose_name = _("总账")
