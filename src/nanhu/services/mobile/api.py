"""The API of the mobile campus: its facts for other rooms."""

from nanhu.services.mobile.events import MemberJoined, MemberLeft

__all__ = ["MemberJoined", "MemberLeft"]
