"""What the portal, the doctor and the worker show of this part."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import Application
from nanhu.systems.card.devices import guesses, operations

__all__ = ["guesses", "operations"]

registry.applications.add(
    Application(
        key="card.machines",
        name=_("自助终端"),
        icon="map-pin",
        url=lambda: reverse("card:card_machines:machines"),
        section="service",
        owner=_("校园卡管理办公室"),
        description=_("圈存机、补卡机、一体机在哪里，现在能不能用"),
        order=12,
    )
)
