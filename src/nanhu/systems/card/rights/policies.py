"""Who sets the rules, who verifies."""

from nanhu.platforms.identity.api import role_required

MANAGER = "card.manager"
GUARD = "card.guard"
manager_only = role_required(MANAGER)
