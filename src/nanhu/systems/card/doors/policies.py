"""Who sets rules, who watches doors."""

from nanhu.platforms.identity.api import role_required
from nanhu.systems.card.rights.policies import GUARD, MANAGER

watch_only = role_required(MANAGER, GUARD)
manager_only = role_required(MANAGER)
