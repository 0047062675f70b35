"""Who may do what in this part."""

from nanhu.platforms.identity.api import role_required
from nanhu.systems.card.policies import CLERK

PHONE_DESK = "card.phone_desk"
clerk_only = role_required(CLERK)
phone_desk_only = role_required(PHONE_DESK)
