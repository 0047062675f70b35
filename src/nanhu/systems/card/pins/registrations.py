"""What the portal, the doctor and the worker show of this part."""

from nanhu.systems.card.pins import operations

__all__ = ["operations"]
