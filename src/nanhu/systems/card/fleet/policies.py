"""Who may do what in this part."""

from nanhu.platforms.identity.api import role_required
from nanhu.systems.card.policies import CLERK, FINANCE

PHONE_DESK = "card.phone_desk"
REGISTRAR = "card.registrar"
clerk_only = role_required(CLERK)
phone_desk_only = role_required(PHONE_DESK)
fleet_viewer = role_required(CLERK, REGISTRAR)
registrar_only = role_required(REGISTRAR)
merchant_keeper = role_required(REGISTRAR, FINANCE)
