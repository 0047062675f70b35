"""What only the sample campus needs of this room: doors and their rules as they stand on the first day."""

from nanhu.platforms.access.services.ruling import DoorRuleDraft
from nanhu.platforms.access.services.setting_up import DoorOrder, DoorRuleOrder, DoorsOrder, set_up_doors

__all__ = ["DoorOrder", "DoorRuleDraft", "DoorRuleOrder", "DoorsOrder", "set_up_doors"]
