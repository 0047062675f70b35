"""Who sees the tests behind the manual."""

from typing import Final

MANUAL_READERS: Final = ("campus.admin", "identity.admin", "identity.security", "identity.auditor")
"""How each row stands is everybody's."""
