"""What the worker does for this room."""

from nanhu.platforms.payments.services import retrying

__all__ = ["retrying"]
