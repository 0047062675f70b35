"""What the portal, the doctor and the worker show of this part."""

from nanhu.systems.card.fleet import tasks

__all__ = ["tasks"]
