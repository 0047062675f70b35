"""The door of access."""

from nanhu.platforms.access.issuers import ISSUERS, Choices, Credential, Issuer
from nanhu.platforms.access.services.slots import came_in, end_hours, has_door, open_for_hours
from nanhu.platforms.access.services.uploading import DOUBTED
from nanhu.platforms.access.shared_cards import CARD_REFUSALS

__all__ = [
    "CARD_REFUSALS",
    "DOUBTED",
    "ISSUERS",
    "Choices",
    "Credential",
    "Issuer",
    "came_in",
    "end_hours",
    "has_door",
    "open_for_hours",
]
