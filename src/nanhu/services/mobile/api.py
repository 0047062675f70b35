"""The API of the mobile campus: its facts for other rooms, and what the sample campus needs."""

from nanhu.services.mobile.adapters.wecom.line import emulator_facts
from nanhu.services.mobile.events import MemberJoined, MemberLeft

__all__ = ["MemberJoined", "MemberLeft", "emulator_facts"]
