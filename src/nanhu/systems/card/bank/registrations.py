"""What the portal, the doctor and the worker show of this part."""

from nanhu.systems.card.bank import tasks
from nanhu.systems.card.bank.services import finder

__all__ = ["finder", "tasks"]
