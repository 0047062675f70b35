from django.utils.translation import gettext_lazy as _

from nanhu.kernel import rooms


class PaymentsConfig(rooms.Room):
    name = "nanhu.platforms.payments"
    label = "payments"
    verbose_name = _("收付")
