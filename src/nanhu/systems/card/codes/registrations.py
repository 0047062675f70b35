"""What the portal, the doctor and the worker show of this part."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import Application

registry.applications.add(
    Application(
        key="card.code",
        name=_("付款码"),
        icon="qr-code",
        url=lambda: reverse("card:code"),
        section="service",
        owner=_("校园卡管理办公室"),
        description=_("食堂付款、宿舍开门，没有网络也能出示"),
        order=5,
        is_primary=True,
    )
)
