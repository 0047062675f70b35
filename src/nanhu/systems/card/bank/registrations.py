"""What the portal, the doctor and the worker show of this part."""

from nanhu.systems.card.bank import operations, tasks
from nanhu.systems.card.bank.day_close import BANK
from nanhu.systems.card.bank.services import finder
from nanhu.systems.card.closing.sources import sources

sources.add(BANK)
__all__ = ["finder", "operations", "tasks"]
