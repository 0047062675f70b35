"""What every page of the registry needs."""

from django.http import Http404

from nanhu.platforms.identity import panels
from nanhu.platforms.identity.models import Application
from nanhu.platforms.identity.panels import ProtocolPanel


def application_or_404(key: str) -> Application:
    found = Application.objects.select_related("owner_unit", "contact", "health").filter(key=key).first()
    if found is None:
        raise Http404
    return found


def panel_or_404(key: str) -> ProtocolPanel:
    panel = panels.panels.get(key)
    if panel is None:
        raise Http404
    return panel


def spoken(application: Application) -> list[ProtocolPanel]:
    """The protocols it speaks, in their order."""
    return [panel for panel in panels.in_order() if panel.speaks(application)]
