"""The console (应用登记), whose pages stand in `views/`, and the application that most of them are about."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit import Console
from nanhu.platforms.identity import panels
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.panels import ProtocolPanel
from nanhu.platforms.identity.policies import AUDITOR, ROLES, SECURITY, SYSTEM

READERS = (SYSTEM, SECURITY, AUDITOR)
WRITERS = frozenset({SYSTEM})

desk = Console(
    "identity:applications",
    _("应用登记"),
    icon="app-window",
    owner=_("信息中心"),
    description=_("接入统一身份的应用：谁能用，得到什么信息"),
    roles=[ROLES[key] for key in READERS],
    section="service",
    order=910,
    styles=["registry/registry.css"],
)


def application_with(key: str) -> Application:
    return get_object_or_404(Application.objects.select_related("owner_unit", "contact", "health"), key=key)


def spoken(application: Application) -> list[ProtocolPanel]:
    """The protocols it speaks, in their order."""
    return [panel for panel in panels.in_order() if panel.speaks(application)]
