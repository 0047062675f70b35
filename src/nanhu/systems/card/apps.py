from django.utils.translation import gettext_lazy as _

from nanhu.kernel import rooms


class CardConfig(rooms.Room):
    name = "nanhu.systems.card"
    label = "card"
    verbose_name = _("校园卡")
    pages = ("views.exceptions", "views.prices")
