from django.utils.translation import gettext_lazy as _

from nanhu.kernel import rooms


class DrawConfig(rooms.Room):
    name = "nanhu.kernel.draw"
    label = "draw"
    verbose_name = _("公平抽签")
