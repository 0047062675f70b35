"""What the portal shows of this part."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import Look
from nanhu.systems.card.vendors.live.cards import LOOK

registry.looks.add(Look(key=LOOK, what=_("外部单位查卡：打码的姓名、卡的状态")))
