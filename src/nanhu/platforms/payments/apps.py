from django.utils.translation import gettext_lazy as _

from nanhu.kernel.rooms import Room


class PaymentsConfig(Room):
    name = "nanhu.platforms.payments"
    label = "payments"
    verbose_name = _("收付")
