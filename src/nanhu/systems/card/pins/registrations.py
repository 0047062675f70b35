"""What the portal, the doctor and the worker show of this part."""

from nanhu.kernel import registry
from nanhu.kernel.registry import SchoolRules
from nanhu.systems.card.pins.policy import read_own_rules

registry.school_rules.add(SchoolRules(key="card.limits", read=read_own_rules))
