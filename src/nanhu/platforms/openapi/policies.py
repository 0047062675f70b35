"""Who keeps vendors: the card manager and the information centre's administrator."""

from nanhu.platforms.identity.api import role_required
from nanhu.systems.card.rights.policies import MANAGER

KEEPER = "card.api_keeper"
keeper_only = role_required(MANAGER, KEEPER)
