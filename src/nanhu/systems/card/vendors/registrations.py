"""What the portal shows of this part."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import Look
from nanhu.systems.card.vendors.checks import no_vendor_is_abused
from nanhu.systems.card.vendors.live.cards import LOOK

registry.checks.add(registry.Check(key="card.vendors", title=_("开放接口盗用"), run=no_vendor_is_abused, order=48))
registry.looks.add(Look(key=LOOK, what=_("外部单位查卡：打码的姓名、卡的状态")))
