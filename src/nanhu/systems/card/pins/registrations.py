"""What the portal, the doctor and the worker show of this part."""

from nanhu.kernel import registry
from nanhu.kernel.registry import SchoolRules
from nanhu.systems.card.pins.policy import read_own_rules
from nanhu.systems.card.pins.views import counter  # noqa: F401  (its pages enter themselves)

registry.school_rules.add(SchoolRules(key="card.limits", read=read_own_rules))
