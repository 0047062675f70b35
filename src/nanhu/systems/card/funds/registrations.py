"""What the portal, the doctor and the worker show of this part."""

from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.systems.card.funds.checks import funds_agree

registry.checks.add(registry.Check(key="card.funds", title=_("校园卡待领款"), run=funds_agree, order=46))
