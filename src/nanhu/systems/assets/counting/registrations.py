"""What the portal shows of counting to those who count."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.systems.assets.counting import views

registry.menu_sources.add(registry.MenuSource(key="assets.count", load=views.menu))
registry.waiting_work.add(
    registry.WaitingWork(key="assets.count", title=_("资产盘点"), office=_("国资处"), load=views.waiting, order=49)
)
