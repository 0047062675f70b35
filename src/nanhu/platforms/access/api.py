"""The door of access."""

from nanhu.platforms.access.issuers import ISSUERS, Choices, Credential, Issuer
from nanhu.platforms.access.services.ruling import DoorRuleDraft
from nanhu.platforms.access.services.setting_up import DoorOrder, DoorRuleOrder, DoorsOrder, set_up_doors
from nanhu.platforms.access.services.slots import came_in, end_hours, has_door, open_for_hours
from nanhu.platforms.access.shared_cards import CARD_REFUSALS

__all__ = [
    "CARD_REFUSALS",
    "ISSUERS",
    "Choices",
    "Credential",
    "DoorOrder",
    "DoorRuleDraft",
    "DoorRuleOrder",
    "DoorsOrder",
    "Issuer",
    "came_in",
    "end_hours",
    "has_door",
    "open_for_hours",
    "set_up_doors",
]
