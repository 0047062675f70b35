"""What the worker does for this room, and its own sources of a day close."""

from nanhu.platforms.payments.services import day_custody, printed_roots, retrying

__all__ = ["day_custody", "printed_roots", "retrying"]
