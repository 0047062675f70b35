"""What the portal, the doctor and the worker show of this part."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.systems.card.chip import operations
from nanhu.systems.card.chip.checks import differences_are_explained

__all__ = ["operations"]
registry.checks.add(registry.Check(key="card.chips", title=_("卡上余额"), run=differences_are_explained, order=47))
