"""What the portal, the doctor and the worker show of this part."""

from nanhu.systems.card.doors import operations

__all__ = ["operations"]
